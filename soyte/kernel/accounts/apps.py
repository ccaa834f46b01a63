from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import Permission, RoomConfig


class Accounts(RoomConfig):
    name = "soyte.kernel.accounts"
    label = "accounts"
    title = verbose_name = _("Tài khoản")
    permissions = (
        Permission("accounts.read", _("Xem tài khoản")),
        Permission("accounts.manage", _("Tạo, khoá tài khoản và đặt lại mật khẩu")),
    )
