from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Encounters(AppConfig):
    name = "soyte.clinical.encounters"
    label = "encounters"
    verbose_name = _("Lượt khám")
