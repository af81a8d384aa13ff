"""How the API says no: one shape for every error, with a stable code and a sentence.

{"status": "error", "errors": {"code": "user_not_found", "message": "No customer has …"}}
"""

import traceback
from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from campaigns.refusals import Refused
from optins.limits import TooMany

log = structlog.get_logger(__name__)

_BAD_REQUEST: Final = 400
_PLACES: Final = 6

STATUS_OF: Final[Mapping[str, int]] = {
    # What the caller sent.
    "missing_data": 400,
    "argument_error": 400,
    "invalid_phone_number": 400,
    "country_not_allowed": 400,
    "https_only": 403,
    "invalid_api_key": 401,
    "not_found": 404,
    "user_not_found": 404,
    "method_not_allowed": 405,
    "payload_too_large": 413,
    "unsupported_media_type": 415,
    "too_many_requests": 429,
    # How things stand.
    "no_active_campaign_found": 404,
    "not_available": 409,
    "opted_out": 409,
    "event_id_conflict": 409,
    # The code.
    "invalid_code": 400,
    "too_many_attempts": 400,
    "code_expired": 400,
    "code_not_found": 404,
    # Ours.
    "internal_server_error": 500,
    "temporarily_unavailable": 503,
}
"""The HTTP status of each error code. A verb's code that is not here is about a value: 400."""


class ApiError(Exception):
    """An error of the API's own making, before any verb was called."""

    def __init__(self, code: str, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.headers = dict(headers or {})


def body_of(code: str, sentence: str) -> dict[str, object]:
    """The one shape of every error."""
    return {"status": "error", "errors": {"code": code, "message": sentence}}


_HEADERS_OF: Final[Mapping[str, Mapping[str, str]]] = {"temporarily_unavailable": {"Retry-After": "60"}}


def answer(code: str, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error as the API gives it, under the status that its code has."""
    return Response(
        body_of(code, sentence),
        status=STATUS_OF.get(code, _BAD_REQUEST),
        headers={**_HEADERS_OF.get(code, {}), **(headers or {})},
    )


def plain_answer(code: str, sentence: str) -> JsonResponse:
    """The same for places that no API view has reached: middleware, unknown paths."""
    return JsonResponse(body_of(code, sentence), status=STATUS_OF[code])


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """DRF's exception handler: whatever a view raises becomes an answer, and nothing else leaves."""
    match error:
        case ApiError():
            return answer(error.code, error.sentence, error.headers)
        case TooMany():
            return answer(error.code, error.sentence, {"Retry-After": str(error.retry_after)})
        case Refused():
            return answer(error.code, error.sentence)
        case exceptions.MethodNotAllowed():
            return answer("method_not_allowed", f"This address does not take {context['request'].method}.")
    return _unexpected(error, context)


def _unexpected(error: Exception, context: Mapping[str, Any]) -> Response:
    """A fault of ours. The log gets its kind and its places, never the request's body or the fault's own
    words, which may quote it."""
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-_PLACES:]]
    log.error("api_fault", view=type(context["view"]).__name__, fault=type(error).__name__, places=places)
    if isinstance(error, OperationalError | InterfaceError | InternalError):
        return answer("temporarily_unavailable", "Try again in a minute.")
    return answer("internal_server_error", "Something went wrong on our side. Try again in a minute.")


def not_found(_request: HttpRequest) -> HttpResponse:
    """Every path under /priv that leads nowhere."""
    return plain_answer("not_found", "There is nothing at this address. See /api/docs for what there is.")
