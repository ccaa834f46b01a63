from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, Permission, SystemConfig


class InfectiousDisease(SystemConfig):
    name = "soyte.systems.prevention.infectious_disease"
    label = "infectious_disease"
    chapter = "prevention"
    title = verbose_name = _("Bệnh truyền nhiễm")
    permissions = (
        Permission("cases.read", _("Xem ca bệnh phải báo cáo")),
        Permission("cases.write", _("Hoàn thiện, chuyển, bỏ và báo cáo ca bệnh")),
        Permission("cases.labelled", _("Xem ca bệnh mang nhãn nhạy cảm tại CDC")),
        Permission("outbreaks.read", _("Xem ổ dịch")),
        Permission("outbreaks.note", _("Ghi việc đã làm ở ổ dịch")),
        Permission("outbreaks.manage", _("Xác nhận, bỏ và kết thúc ổ dịch")),
    )
    menu = (
        MenuEntry(_("Ca bệnh phải báo cáo"), "infectious_disease:cases", "cases.read", icon="virus", order=30),
        MenuEntry(_("Ổ dịch"), "infectious_disease:outbreaks", "outbreaks.read", icon="map-pin", order=31),
    )
