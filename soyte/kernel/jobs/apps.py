from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import RoomConfig


class Jobs(RoomConfig):
    name = "soyte.kernel.jobs"
    label = "jobs"
    title = verbose_name = _("Việc chạy nền")
