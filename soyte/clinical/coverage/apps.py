from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Coverage(AppConfig):
    name = "soyte.clinical.coverage"
    label = "coverage"
    verbose_name = _("Bảo hiểm và chi phí")
