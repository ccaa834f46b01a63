from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Observations(AppConfig):
    name = "soyte.clinical.observations"
    label = "observations"
    verbose_name = _("Kết quả cận lâm sàng")
