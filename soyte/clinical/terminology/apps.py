from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Terminology(AppConfig):
    name = "soyte.clinical.terminology"
    label = "terminology"
    verbose_name = _("Thuật ngữ lâm sàng")
