from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import Permission, RoomConfig


class Content(RoomConfig):
    name = "soyte.kernel.content"
    label = "content"
    title = verbose_name = _("Danh mục")
    permissions = (
        Permission("content.read", _("Xem danh mục, nguồn và điều sẽ thay đổi")),
        Permission("content.upload", _("Nạp danh mục chính thức")),
    )
