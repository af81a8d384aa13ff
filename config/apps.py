from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class OptlineAdminConfig(AdminConfig):
    default_site = "config.site.OptlineAdminSite"


class ConfigConfig(AppConfig):
    """The roof: settings, urls, Celery, the dashboard. It has no models."""

    name = "config"
    verbose_name = "Optline"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers the system checks once Django is ready
