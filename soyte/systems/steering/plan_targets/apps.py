from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, Permission, SystemConfig


class PlanTargets(SystemConfig):
    """The plan's targets, computed from operating data; no figure is typed in."""

    name = "soyte.systems.steering.plan_targets"
    label = "plan_targets"
    chapter = "steering"
    title = verbose_name = _("Kế hoạch và chỉ tiêu")
    permissions = (Permission("plan.read", _("Xem kế hoạch và chỉ tiêu")),)
    menu = (MenuEntry(_("Kế hoạch và chỉ tiêu"), "plan_targets:plans", "plan.read", icon="target-arrow", order=58),)

    def ready(self) -> None:
        from soyte.systems.steering.plan_targets import checks  # noqa: F401 - registers the start-up check
