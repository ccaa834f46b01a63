from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, Permission, SystemConfig


class HealthRecord(SystemConfig):
    name = "soyte.systems.care.health_record"
    label = "health_record"
    chapter = "care"
    title = verbose_name = _("Hồ sơ sức khỏe")
    plan_rows = (1,)
    needs = ("visit_intake",)
    permissions = (
        Permission("record.search", _("Tìm người dân")),
        Permission("record.read", _("Đọc hồ sơ sức khỏe")),
    )
    menu = (MenuEntry(_("Người dân"), "health_record:search", "record.search", icon="users", order=20),)
