from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import RoomConfig


class Files(RoomConfig):
    name = "soyte.kernel.files"
    label = "files"
    title = verbose_name = _("Tệp gốc")
