"""`/api/schema`, the OpenAPI description, and `/api/docs`, a page to read and try it."""

from collections.abc import Callable
from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from optins.api.urls import OLDER_SPELLING

Endpoint = tuple[str, str, str, Callable[..., Any]]


def one_address_each(endpoints: list[Endpoint]) -> list[Endpoint]:
    """A drf-spectacular hook: leaves out the second address that a call has for older apps' sake."""
    return [found for found in endpoints if not found[0].endswith("/") and OLDER_SPELLING not in found[0]]


urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    # The split view serves its script as a file: the usual one is inline, which our policy forbids.
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api-schema"), name="api-docs"),
]
