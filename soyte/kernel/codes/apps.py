from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Codes(AppConfig):
    name = "soyte.kernel.codes"
    label = "codes"
    verbose_name = _("Bảng mã")
