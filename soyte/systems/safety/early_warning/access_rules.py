"""Who may see and answer an alert: whose post reaches the facility that it is about."""

from soyte.kernel.access.rules import Rule, by_post
from soyte.systems.safety.early_warning.models import Alert

RULES = (
    Rule("alerts.read", Alert, opens=(by_post("alerts.read", "unit_id"),)),
    Rule("alerts.note", Alert, opens=(by_post("alerts.note", "unit_id"),)),
)
