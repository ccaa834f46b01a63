from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import Permission, RoomConfig


class People(RoomConfig):
    name = "soyte.kernel.people"
    label = "people"
    title = verbose_name = _("Người dân")
    permissions = (Permission("people.review", _("Quyết định các cặp người nghi trùng")),)
