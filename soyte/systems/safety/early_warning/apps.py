from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import LiveTopic, MenuEntry, Permission, SystemConfig


class EarlyWarning(SystemConfig):
    """Alerts as data: what is looked for, who is told, by when, what to do."""

    name = "soyte.systems.safety.early_warning"
    label = "early_warning"
    chapter = "safety"
    title = verbose_name = _("Cảnh báo sớm")
    permissions = (
        Permission("alerts.read", _("Xem cảnh báo")),
        Permission("alerts.note", _("Ghi việc đã làm về một cảnh báo")),
    )
    menu = (MenuEntry(_("Cảnh báo"), "early_warning:alerts", "alerts.read", icon="alarm", order=56),)
    live = (LiveTopic("alerts", "alerts.read"),)
    needs = ("visit_intake", "plan_targets", "infectious_disease")

    def ready(self) -> None:
        from soyte.systems.safety.early_warning import checks  # noqa: F401  registers the start-up check
