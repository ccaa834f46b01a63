from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, Permission, SystemConfig


class Statistics(SystemConfig):
    name = "soyte.systems.steering.statistics"
    label = "statistics"
    chapter = "steering"
    title = verbose_name = _("Thống kê y tế")
    permissions = (
        Permission("reports.read", _("Xem báo cáo thống kê đã chốt")),
        Permission("reports.freeze", _("Chốt báo cáo thống kê")),
    )
    menu = (
        MenuEntry(_("Số liệu"), "statistics:indicators", "figures.read", icon="chart-bar", order=60),
        MenuEntry(_("Bảng thống kê"), "statistics:forms", "figures.read", icon="table", order=61),
    )

    def ready(self) -> None:
        from soyte.systems.steering.statistics import checks  # noqa: F401  registers the start-up check
