"""Who may send, see, withdraw and run again visit files.

A sender sees all that his facility sent. A visit that carries a label is listed too, by MA_LK, rule and field; what
stands in it is masked where it is shown (selectors.words_of), so the list needs no bar.
"""

from soyte.clinical.encounters.models import Encounter
from soyte.kernel.access.rules import Rule, by_post
from soyte.kernel.organisations.models import Unit
from soyte.systems.care.visit_intake.models import Receipt, ReceiptVisit, Upload

RULES = (
    Rule("visit_files.send", Unit, opens=(by_post("visit_files.send", "pk"),)),
    Rule("visit_files.read", Receipt, opens=(by_post("visit_files.read", "unit"),)),
    Rule("visit_files.read", ReceiptVisit, opens=(by_post("visit_files.read", "receipt__unit"),)),
    Rule("visit_files.send", Upload, opens=(by_post("visit_files.send", "unit"),)),
    Rule("visit_files.read", Upload, opens=(by_post("visit_files.read", "unit"),)),
    Rule("visit_files.replay", ReceiptVisit, opens=(by_post("visit_files.replay", "receipt__unit"),)),
    Rule("visit_files.withdraw", Encounter, opens=(by_post("visit_files.withdraw", "unit"),)),
    Rule("visit_files.quality", Receipt, opens=(by_post("visit_files.quality", "unit"),)),
    Rule("visit_files.quality", Unit, opens=(by_post("visit_files.quality", "pk"),)),
)
