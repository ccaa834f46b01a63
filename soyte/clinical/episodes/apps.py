from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Episodes(AppConfig):
    name = "soyte.clinical.episodes"
    label = "episodes"
    verbose_name = _("Đợt chăm sóc")
