"""Who may read roll-ups: whoever may see the figures of their unit."""

from soyte.engines.indicators.models import Cell
from soyte.kernel.access.rules import Rule, by_post

RULES = (Rule("figures.read", Cell, opens=(by_post("figures.read", "unit"),)),)
