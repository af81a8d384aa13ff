"""The API's addresses. Each answers with and without a trailing slash."""

from optins.api.base import both
from optins.api.users import OptOutView, UserView
from optins.api.validation import ConfirmView, RequestView

APP = "priv/v1/apps/<str:app_key>"
CUSTOMER = f"{APP}/external/users/<str:external_id>"
SMS = f"{APP}/messaging_events/sms"
# Printed so in the guide that apps were written by.
OLDER_SPELLING = "validatiton"

urlpatterns = [
    *both(f"{SMS}/validation/request", RequestView.as_view(), "api-validation-request"),
    *both(f"{SMS}/validation/confirm", ConfirmView.as_view(), "api-validation-confirm"),
    *both(f"{SMS}/{OLDER_SPELLING}/request", RequestView.as_view()),
    *both(f"{SMS}/{OLDER_SPELLING}/confirm", ConfirmView.as_view()),
    *both(CUSTOMER, UserView.as_view(), "api-user"),
    *both(f"{CUSTOMER}/opt_out", OptOutView.as_view(), "api-user-opt-out"),
]
