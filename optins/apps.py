from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OptinsConfig(AppConfig):
    name = "optins"
    verbose_name = _("Consent")
