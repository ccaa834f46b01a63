from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import LiveTopic, Permission, RoomConfig


class Indicators(RoomConfig):
    name = "soyte.engines.indicators"
    label = "indicators"
    title = verbose_name = _("Số liệu")
    permissions = (
        Permission("figures.read", _("Xem số liệu")),
        Permission("figures.rows", _("Mở các dòng của một số liệu")),
    )
    live = (LiveTopic("figures", "figures.read"),)

    def ready(self) -> None:
        from soyte.engines.indicators import checks  # noqa: F401  registers the start-up check
