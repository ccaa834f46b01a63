from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, Permission, SystemConfig


class VisitIntake(SystemConfig):
    name = "soyte.systems.care.visit_intake"
    label = "visit_intake"
    chapter = "care"
    title = verbose_name = _("Tệp khám bệnh")
    permissions = (
        Permission("visit_files.send", _("Gửi tệp khám bệnh của cơ sở")),
        Permission("visit_files.read", _("Xem tệp khám bệnh đã gửi và kết quả kiểm tra")),
        Permission("visit_files.mend", _("Lập bản sửa của tệp khám bệnh")),
        Permission("visit_files.withdraw", _("Rút lượt khám đã gửi")),
        Permission("visit_files.replay", _("Chạy lại lượt khám bị từ chối")),
        Permission("visit_files.quality", _("Xem chất lượng tệp của từng cơ sở")),
        Permission("visit_files.check", _("Kiểm tra thử tệp khám bệnh")),
    )
    menu = (
        MenuEntry(_("Tệp khám bệnh"), "visit_intake:receipts", "visit_files.read", icon="file-type-xml", order=10),
        MenuEntry(_("Kiểm tra thử"), "visit_intake:trial", "visit_files.check", icon="test-pipe", order=12),
        MenuEntry(
            _("Chất lượng tệp"), "visit_intake:quality", "visit_files.quality", icon="report-analytics", order=14
        ),
    )
