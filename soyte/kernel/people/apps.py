from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import Permission, RoomConfig


class People(RoomConfig):
    name = "soyte.kernel.people"
    label = "people"
    title = verbose_name = _("Người dân")
    permissions = (
        Permission("pairs.read", _("Xem các cặp người nghi trùng")),
        Permission("pairs.decide", _("Quyết định các cặp người nghi trùng")),
    )
