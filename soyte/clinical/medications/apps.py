from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Medications(AppConfig):
    name = "soyte.clinical.medications"
    label = "medications"
    verbose_name = _("Thuốc")
