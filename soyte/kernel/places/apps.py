from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Places(AppConfig):
    name = "soyte.kernel.places"
    label = "places"
    verbose_name = _("Đơn vị hành chính")
