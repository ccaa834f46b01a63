from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, SystemConfig


class Identity(SystemConfig):
    """Screens only: units, accounts, posts and the audit are the kernel's, and so are their permissions."""

    name = "soyte.systems.safety.identity"
    label = "identity"
    chapter = "safety"
    title = verbose_name = _("Tài khoản và quyền")
    menu = (
        MenuEntry(_("Đơn vị"), "identity:units", "units.manage", icon="building-hospital", order=70),
        MenuEntry(_("Tài khoản"), "identity:accounts", "accounts.read", icon="user-cog", order=71),
        MenuEntry(_("Cổng gửi tệp"), "identity:gateways", "accounts.manage", icon="plug-connected", order=72),
        MenuEntry(_("Vì sao được quyền"), "identity:why", "access.explain", icon="zoom-question", order=74),
        MenuEntry(_("Nhật ký từ chối"), "identity:refused", "audit.read", icon="shield-x", order=75),
    )
