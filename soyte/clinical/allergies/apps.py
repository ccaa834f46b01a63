from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Allergies(AppConfig):
    name = "soyte.clinical.allergies"
    label = "allergies"
    verbose_name = _("Dị ứng")
