"""Opting in by code: the two calls behind a sign-up form in a web or mobile app."""

from typing import Any, Final

from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.actions.persons import id_known_as
from optins.actions.asking import request_code
from optins.actions.confirming import confirm_code
from optins.actions.verification import Asker
from optins.api.base import ApiView
from optins.api.documents import documented
from optins.api.forms import CodeConfirmation, CodeRequest, Ok

_TAG: Final = "Opting in"
_REFUSALS: Final = (
    "invalid_phone_number", "user_not_found", "no_active_campaign_found", "not_available", "opted_out",
)  # fmt: skip


class RequestView(ApiView):
    @documented(
        id="validation_request",
        tag=_TAG,
        summary="Text a code to a number",
        description="Texts a code of six digits that works once, for ten minutes. A new request replaces the code "
        "before. The path answers under its older spelling `validatiton` too.",
        request=CodeRequest,
        ok=Ok,
        errors=[*_REFUSALS, "country_not_allowed", "too_many_requests"],
    )
    def post(self, _request: Request, **_path: str) -> Response:
        fields = self.fields(CodeRequest)
        request_code(
            asker=Asker(app=self.app, ip=_ip(self, fields)),
            external_id=fields["external_id"],
            to_phone_number=fields["to_phone_number"],
            campaign_id=fields.get("campaign_id"),
            message_text=fields.get("message_text") or "",
        )
        return Response({"status": "ok"})


class ConfirmView(ApiView):
    @documented(
        id="validation_confirm",
        tag=_TAG,
        summary="Confirm the code that the person typed",
        description="Verifies the number, and opts in the customer's first verified number to the campaign of the "
        "request; a second number is verified and nothing more. The campaign's confirmation message is sent once.",
        request=CodeConfirmation,
        ok=Ok,
        errors=[*_REFUSALS, "invalid_code", "too_many_attempts", "code_expired", "code_not_found"],
    )
    def post(self, _request: Request, **_path: str) -> Response:
        fields = self.fields(CodeConfirmation)
        customer_id = id_known_as(external_id=fields["external_id"])
        confirm_code(
            asker=Asker(customer_id=customer_id, app=self.app, ip=_ip(self, fields)),
            to_phone_number=fields["to_phone_number"],
            code=fields["validation_code"],
        )
        return Response({"status": "ok"})


def _ip(view: ApiView, fields: dict[str, Any]) -> str | None:
    return fields.get("ip_address") or view.ip
