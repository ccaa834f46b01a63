from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, SystemConfig


class ReferenceLists(SystemConfig):
    """Screens only: content sets are the kernel's, rules those of the visit files."""

    name = "soyte.systems.steering.reference_lists"
    label = "reference_lists"
    chapter = "steering"
    title = verbose_name = _("Danh mục")
    needs = ("visit_intake",)
    menu = (
        MenuEntry(_("Danh mục"), "reference_lists:sets", "content.read", icon="list-details", order=64),
        MenuEntry(_("Quy tắc kiểm tra tệp"), "reference_lists:rules", "content.read", icon="checklist", order=65),
    )
