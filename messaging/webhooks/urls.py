"""Where carriers call. With and without a trailing slash, never a redirect: it would lose the parameters."""

from django.urls import re_path

from messaging.webhooks import twilio

urlpatterns = [
    re_path(r"^webhooks/twilio/inbound/?$", twilio.inbound, name="twilio-inbound"),
    re_path(r"^webhooks/twilio/status/?$", twilio.status, name="twilio-status"),
]
