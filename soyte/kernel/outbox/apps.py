from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import RoomConfig


class Outbox(RoomConfig):
    name = "soyte.kernel.outbox"
    label = "outbox"
    title = verbose_name = _("Sự kiện")
