"""Who may count visits, and who may open the rows behind a figure."""

from soyte.clinical.encounters.models import Arrival, Encounter, VisitMove
from soyte.kernel.access.rules import Rule, by_post, label_bar

RULES = (
    # A figure always counts labelled visits; what it may not single out is hidden cell by cell (engines/indicators).
    Rule("figures.read", Encounter, opens=(by_post("figures.read", "unit"),)),
    Rule("figures.read", Arrival, opens=(by_post("figures.read", "unit"),)),
    Rule("figures.rows", Arrival, opens=(by_post("figures.rows", "unit"),), bars=(label_bar("labels"),)),
    Rule("figures.rows", Encounter, opens=(by_post("figures.rows", "unit"),), bars=(label_bar("labels"),)),
    # Whose visit it is can be judged only by whoever may read it.
    Rule("visits.move", Encounter, opens=(by_post("visits.move", "unit"),), bars=(label_bar("labels"),)),
    Rule("visits.move", VisitMove, opens=(by_post("visits.move", "unit"),), bars=(label_bar("labels"),)),
)
