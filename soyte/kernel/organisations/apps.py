from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import Permission, RoomConfig


class Organisations(RoomConfig):
    name = "soyte.kernel.organisations"
    label = "organisations"
    title = verbose_name = _("Đơn vị")
    permissions = (
        Permission("units.read", _("Xem đơn vị")),
        Permission("units.manage", _("Tạo, đổi tên, kết thúc đơn vị")),
    )
