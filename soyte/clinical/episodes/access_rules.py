"""Who may count births, and who may open the visits behind them."""

from soyte.clinical.episodes.models import EpisodeOfCare
from soyte.kernel.access.rules import Rule, by_post, label_bar

RULES = (
    Rule("figures.read", EpisodeOfCare, opens=(by_post("figures.read", "encounter__unit"),)),
    Rule(
        "figures.rows",
        EpisodeOfCare,
        opens=(by_post("figures.rows", "encounter__unit"),),
        bars=(label_bar("encounter__labels"),),
    ),
)
