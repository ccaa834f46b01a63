from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import Permission, RoomConfig


class Access(RoomConfig):
    name = "soyte.kernel.access"
    label = "access"
    title = verbose_name = _("Quyền truy cập")
    permissions = (
        Permission("posts.read", _("Xem chức danh được giao")),
        Permission("posts.manage", _("Giao và thu chức danh")),
        Permission("access.explain", _("Xem vì sao được hay không được quyền")),
        Permission("record.open_with_reason", _("Mở hồ sơ khi nêu lý do")),
        Permission("citizens.admit", _("Cấp tài khoản cho người dân và ghi người giám hộ")),
    )

    def ready(self) -> None:
        from soyte.kernel.access import checks  # noqa: F401  registers the start-up checks
