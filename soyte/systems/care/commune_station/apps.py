from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, Permission, SystemConfig


class CommuneStation(SystemConfig):
    """Whom a commune's station looks after today: people back from hospital, appointments due or missed."""

    name = "soyte.systems.care.commune_station"
    label = "commune_station"
    chapter = "care"
    title = verbose_name = _("Việc của trạm y tế")
    permissions = (
        Permission("follow_ups.read", _("Xem người ra viện và lịch hẹn khám của người trong xã")),
        Permission("follow_ups.tick", _("Ghi kết quả nhắc hẹn, thăm người bệnh")),
    )
    menu = (MenuEntry(_("Việc của trạm"), "commune_station:today", "follow_ups.read", icon="home-heart", order=10),)
