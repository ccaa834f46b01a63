from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import RoomConfig


class Numbering(RoomConfig):
    name = "soyte.kernel.numbering"
    label = "numbering"
    title = verbose_name = _("Đánh số")
