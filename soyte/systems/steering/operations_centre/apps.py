from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import MenuEntry, Permission, SystemConfig


class OperationsCentre(SystemConfig):
    """Today's figures of the province on one page, for those who steer by them."""

    name = "soyte.systems.steering.operations_centre"
    label = "operations_centre"
    chapter = "steering"
    title = verbose_name = _("Trung tâm điều hành")
    needs = ("statistics", "plan_targets", "early_warning", "infectious_disease")
    permissions = (
        Permission("centre.read", _("Xem trung tâm điều hành")),
        Permission("screens.manage", _("Mở và thu màn hình lớn")),
        Permission("day_pages.freeze", _("Chốt trang tình hình ngày")),
    )
    menu = (MenuEntry(_("Trung tâm điều hành"), "operations_centre:centre", "centre.read", icon="heartbeat", order=5),)
