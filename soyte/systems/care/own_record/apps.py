from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, Permission, SystemConfig


class OwnRecord(SystemConfig):
    """What a citizen reads and says of his own record, and the desk at which officers serve and answer him."""

    name = "soyte.systems.care.own_record"
    label = "own_record"
    chapter = "care"
    title = verbose_name = _("Sổ sức khỏe của người dân")
    plan_rows = (1,)
    needs = ("health_record",)
    permissions = (
        Permission("own_record.read", _("Xem sổ sức khỏe của mình và của con")),
        Permission("own_record.tell", _("Trả lời và phản ánh về sổ sức khỏe của mình và của con")),
        Permission("disputes.read", _("Xem phản ánh của người dân về lượt khám")),
        Permission("disputes.answer", _("Trả lời phản ánh của người dân về lượt khám")),
    )
    menu = (
        MenuEntry(_("Trang chính"), "own_record:home", "own_record.read", icon="home", order=1),
        MenuEntry(_("Lần khám"), "own_record:my_visits", "own_record.read", icon="clipboard-heart", order=2),
        MenuEntry(_("Ai đã xem"), "own_record:my_looks", "own_record.read", icon="shield-check", order=3),
        MenuEntry(_("Phản ánh"), "own_record:my_disputes", "own_record.read", icon="message-report", order=4),
        MenuEntry(_("Quầy người dân"), "own_record:desk", "citizens.admit", icon="id", order=16),
        MenuEntry(_("Phản ánh của dân"), "own_record:disputes", "disputes.read", icon="message-report", order=22),
    )
