"""Reading a request's body: JSON, of bounded size and depth, with nothing in it that Postgres cannot keep."""

import functools
import json
import math
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from rest_framework import serializers

from optins.api.errors import ApiError

DEEPEST: Final = 12
_MISSING: Final = frozenset({"required", "blank", "empty"})
_CHUNKED: Final = "chunked"


def fields_of(request: HttpRequest, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """The request's body as `form` describes it. Raises ApiError: missing_data or argument_error, with the
    name of the first field that is wrong."""
    try:
        return dict(_shared(form).run_validation(read(request)))
    except serializers.ValidationError as error:
        raise _complaint(error.detail) from None


@functools.cache
def _shared(form: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """The form that every request is held against: it keeps nothing of them, and building one costs ten times more."""
    return form()


def read(request: HttpRequest) -> dict[str, Any]:
    """The request's body, a JSON object; an empty body is an empty object. Raises ApiError."""
    raw = _raw(request)
    if not raw.strip():
        return {}
    if request.content_type not in ("application/json", "text/json"):
        raise ApiError("unsupported_media_type", "Send JSON, with the header Content-Type: application/json.")
    try:
        body = json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_refuse_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ApiError("argument_error", _not_json(error)) from None
    if not isinstance(body, dict):
        raise ApiError("argument_error", "The body must be a JSON object: { … }.")
    _require_storable(body)
    return body


def _raw(request: HttpRequest) -> bytes:
    """The bytes of the body, never more than the limit and one of them."""
    limit = settings.API_BODY_LIMIT
    length = request.META.get("CONTENT_LENGTH") or ""
    if length.isdecimal() and int(length) > limit:
        raise _too_large(limit)
    if not length and _CHUNKED in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        # Django takes a body without Content-Length for an empty one; the server has it all the same.
        raw: bytes = request.META["wsgi.input"].read(limit + 1)
    else:
        raw = request.read(limit + 1)
    if len(raw) > limit:
        raise _too_large(limit)
    return raw


def _too_large(limit: int) -> ApiError:
    return ApiError("payload_too_large", f"A body may have {limit} bytes at most.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


def _refuse_number(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is too large")
    return number


def _not_json(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return f"The body is nested too deeply: {DEEPEST} levels at most."
    if isinstance(error, UnicodeDecodeError):
        return "The body is not UTF-8."
    if isinstance(error, json.JSONDecodeError):
        return f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
    return f"The body is not JSON that we take: {error}."


def _require_storable(body: dict[str, Any]) -> None:
    """Refuse what JSON may hold and Postgres may not: NUL, halves of characters, and a mile-deep nest."""
    level: list[Any] = [body]
    for _ in range(DEEPEST):
        level = [part for value in level for part in _parts(value)]
        for text in (value for value in level if isinstance(value, str)):
            if "\x00" in text or (not text.isascii() and _is_broken(text)):
                raise ApiError("argument_error", "The body holds a NUL or a broken character. Send plain text.")
        if not level:
            return
    raise ApiError("argument_error", f"The body is nested too deeply: {DEEPEST} levels at most.")


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else []


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _complaint(errors: Any, path: str = "") -> ApiError:
    """The first complaint of a serializer, as an error of the API."""
    while isinstance(errors, dict | list):
        if isinstance(errors, list):
            errors = next(entry for entry in errors if entry)
            continue
        name, errors = next(iter(errors.items()))
        if name != "non_field_errors":
            path = f"{path}.{name}" if path else str(name)
    code = "missing_data" if getattr(errors, "code", "") in _MISSING else "argument_error"
    return ApiError(code, f"{path}: {errors}" if path else str(errors))
