"""Every address of the product. Paths that machines call answer with and without a trailing slash."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from config import health

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("language", set_language, name="set_language"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}optline/favicon.svg")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("", include("messaging.webhooks.urls")),
    path("", include("optins.api.urls")),
    path("", include("messaging.api.urls")),
    path("", include("optins.urls")),
    path("api/", include("config.api_docs")),
]

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
