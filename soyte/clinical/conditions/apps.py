from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Conditions(AppConfig):
    name = "soyte.clinical.conditions"
    label = "conditions"
    verbose_name = _("Chẩn đoán")
