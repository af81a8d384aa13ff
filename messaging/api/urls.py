"""The API calls that reach messaging, and what answers every other path under /priv."""

from django.urls import re_path

from messaging.api.events import EventView
from optins.api.base import both
from optins.api.errors import not_found
from optins.api.urls import CUSTOMER

urlpatterns = [
    *both(f"{CUSTOMER}/events", EventView.as_view(), "api-user-events"),
    re_path(r"^priv(?:/|$)", not_found),
]
