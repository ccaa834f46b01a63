from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Documents(AppConfig):
    name = "soyte.clinical.documents"
    label = "documents"
    verbose_name = _("Giấy tờ")
