from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Procedures(AppConfig):
    name = "soyte.clinical.procedures"
    label = "procedures"
    verbose_name = _("Dịch vụ kỹ thuật")
