from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import Permission, RoomConfig


class Encounters(RoomConfig):
    name = "soyte.clinical.encounters"
    label = "encounters"
    title = verbose_name = _("Lượt khám")
    permissions = (Permission("visits.move", _("Chuyển lượt khám sang hồ sơ của người khác, hoặc hoàn tác")),)
