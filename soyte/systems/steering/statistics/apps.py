from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, SystemConfig


class Statistics(SystemConfig):
    name = "soyte.systems.steering.statistics"
    label = "statistics"
    chapter = "steering"
    title = verbose_name = _("Thống kê y tế")
    menu = (MenuEntry(_("Số liệu"), "statistics:indicators", "figures.read", icon="chart-bar", order=60),)
