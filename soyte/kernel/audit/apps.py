from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import Permission, RoomConfig


class Audit(RoomConfig):
    name = "soyte.kernel.audit"
    label = "audit"
    title = verbose_name = _("Nhật ký")
    permissions = (Permission("audit.read", _("Xem nhật ký")),)
