"""What every API view stands on: who calls, over what, and in which shape it is answered."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.urls import URLPattern, path
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from campaigns.actors import Actor
from campaigns.statements import first_row
from optins import codes
from optins.api import bodies, errors
from optins.models import ApiApp
from optins.visitors import address_of

_KEY: Final = re.compile(r"[0-9A-Za-z_-]{8,64}")

_CHALLENGE: Final = 'Basic realm="Optline API", charset="UTF-8"'
_HOW_TO_CALL: Final = (
    "Send HTTP Basic with the app's key and secret, and the same key in the path. The app must be active."
)


class AppAuthentication(BaseAuthentication):
    """HTTP Basic with an API app's key and secret; the key in the path must be the same one.

    All failures read alike, and an unknown key costs what a wrong secret does.
    """

    def authenticate(self, request: Request) -> tuple[None, ApiApp]:
        key, secret = _credentials(request.META.get("HTTP_AUTHORIZATION", ""))
        wanted = request.parser_context["kwargs"]["app_key"]
        app = _app_of(key) if _KEY.fullmatch(key) else None
        opens = _opens(app, secret)
        if app is None or key != wanted or not opens:
            raise errors.ApiError("invalid_api_key", _HOW_TO_CALL, {"WWW-Authenticate": _CHALLENGE})
        return None, app


class JsonAlways(BaseContentNegotiation):
    """Answers are JSON whatever the caller says it accepts."""

    def select_renderer(
        self, _request: Request, renderers: Iterable[BaseRenderer], _format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class ApiView(APIView):
    """An API call of an app. Handlers read `self.app`, `self.ip` and `self.by`, call one verb and answer."""

    authentication_classes = [AppAuthentication]
    content_negotiation_class = JsonAlways
    http_method_names = ["get", "post", "put"]
    app: ApiApp

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if settings.IS_HTTPS and not request.is_secure():
            raise errors.ApiError("https_only", "Call this address over https.")
        super().initial(request, *args, **kwargs)
        assert isinstance(request.auth, ApiApp)
        self.app = request.auth
        if any("\x00" in str(value) for value in kwargs.values()):
            raise errors.ApiError("argument_error", "The address holds a NUL character.")

    def get_exception_handler(self) -> Callable[..., Any]:
        return errors.handle

    def fields(self, form: type[Serializer[Any]]) -> dict[str, Any]:
        """The request's body as `form` describes it."""
        return bodies.fields_of(self.request._request, form)

    @property
    def ip(self) -> str | None:
        return address_of(self.request._request)

    @property
    def by(self) -> Actor:
        return Actor.app(name=self.app.name, key=self.app.key)


def both(route: str, view: Callable[..., Any], name: str = "") -> list[URLPattern]:
    """The address with and without a trailing slash: a redirect would turn a POST into a GET."""
    return [path(route, view, name=name or None), path(f"{route}/", view)]


_COLUMNS: Final = [field.attname for field in ApiApp._meta.concrete_fields]
_APP: Final = f"SELECT {', '.join(_COLUMNS)} FROM optins_apiapp WHERE key = %s AND active"  # noqa: S608  the model's own


def _app_of(key: str) -> ApiApp | None:
    row = first_row(_APP, [key])
    return None if row is None else ApiApp.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row)


def _credentials(header: str) -> tuple[str, str]:
    """Key and secret of a Basic header; blank ones for anything else."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        pair = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    key, _, secret = pair.partition(":")
    return key, secret


def _opens(app: ApiApp | None, secret: str) -> bool:
    """Whether the secret is the app's, or its previous one while both hold."""
    # The comparison is made for an unknown key too: it must not be told from a wrong secret by its speed.
    current = codes.secret_matches(secret, app.secret_digest if app else "")
    if app is None or app.previous_valid_until is None or app.previous_valid_until < timezone.now():
        return current
    return current | codes.secret_matches(secret, app.previous_secret_digest)
