"""Who may read reports that were frozen: whoever may see the figures of the unit that froze them."""

from soyte.kernel.access.rules import Rule, by_post
from soyte.systems.steering.statistics.models import FrozenReport

RULES = (Rule("reports.read", FrozenReport, opens=(by_post("reports.read", "unit"),)),)
