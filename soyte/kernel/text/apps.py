from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import RoomConfig


class Text(RoomConfig):
    name = "soyte.kernel.text"
    label = "text"
    title = verbose_name = _("Chữ Việt")
