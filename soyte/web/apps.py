from django.utils.translation import gettext_lazy as _

from soyte.kernel.systems import RoomConfig


class Web(RoomConfig):
    name = "soyte.web"
    label = "web"
    title = verbose_name = _("Trang chung")

    def ready(self) -> None:
        from soyte.web import navigation  # noqa: F401  registers its check
