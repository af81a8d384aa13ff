"""How the calls are described in the OpenAPI schema: every answer and every error code, by name."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.serializers import Serializer

from optins.api.errors import STATUS_OF, body_of
from optins.api.forms import Error

# Whatever is called may answer with these.
ALWAYS: Final = (
    "argument_error", "missing_data", "invalid_api_key", "https_only", "method_not_allowed",
    "payload_too_large", "unsupported_media_type", "internal_server_error", "temporarily_unavailable",
)  # fmt: skip

MEANING: Final = {
    "missing_data": "A field that is needed is missing or blank.",
    "argument_error": "A field is of the wrong type or form, or the body is not a JSON object.",
    "invalid_phone_number": "This is no number that can receive texts.",
    "country_not_allowed": "Numbers of this country are not enrolled here.",
    "https_only": "The call came over plain http.",
    "invalid_api_key": "Key or secret are wrong, the key in the path is another one, or the app is not active.",
    "not_found": "There is nothing at this address, or no such number or campaign.",
    "user_not_found": "No customer has this external_id. Create the customer first.",
    "method_not_allowed": "The address exists and takes another method.",
    "payload_too_large": "The body is too large.",
    "unsupported_media_type": "The body is not sent as application/json.",
    "too_many_requests": "Wait for as many seconds as Retry-After says.",
    "no_active_campaign_found": "No campaign was named, or the Global SMS Opt-In is not complete.",
    "not_available": "The campaign is not live, or this person is not among those who may join it.",
    "opted_out": "The number texted STOP. The message says what to text, and where, to come back.",
    "event_id_conflict": "This event_id came before with another body.",
    "invalid_code": "Not the code. The person may try again.",
    "too_many_attempts": "Five wrong codes: this one is dead. Request a new one.",
    "code_expired": "The code is older than ten minutes. Request a new one.",
    "code_not_found": "No code waits: none was requested, or it was used. Request a new one.",
    "internal_server_error": "A fault on our side.",
    "temporarily_unavailable": "Something that we need does not answer. Try again in a minute.",
}

APP_KEY: Final = OpenApiParameter(
    "app_key", str, OpenApiParameter.PATH, description="The app's key, the same as in HTTP Basic."
)
EXTERNAL_ID: Final = OpenApiParameter(
    "external_id", str, OpenApiParameter.PATH, description="The customer, as you know them."
)


def documented(
    *,
    id: str,
    summary: str,
    description: str,
    ok: type[Serializer[Any]],
    errors: Sequence[str],
    request: type[Serializer[Any]] | None = None,
    parameters: Sequence[OpenApiParameter] = (APP_KEY,),
    tag: str,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Describe a call. `errors` are the codes it may answer with besides those of every call."""
    return extend_schema(
        operation_id=id,
        summary=summary,
        description=description,
        request=request,
        parameters=list(parameters),
        responses={200: OpenApiResponse(ok, "Done."), **_failures([*errors, *ALWAYS])},
        tags=[tag],
    )


def _failures(codes: Sequence[str]) -> dict[int, OpenApiResponse]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_status[STATUS_OF[code]].append(code)
    return {status: _failure(found) for status, found in sorted(by_status.items())}


def _failure(codes: Sequence[str]) -> OpenApiResponse:
    examples = [OpenApiExample(code, value=body_of(code, MEANING[code])) for code in codes]
    return OpenApiResponse(Error, " ".join(f"`{code}`: {MEANING[code]}" for code in codes), examples)
