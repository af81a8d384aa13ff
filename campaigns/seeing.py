"""Phone numbers on the dashboard: whole for whoever may change them, masked for whoever only looks.

Who is looking is noted once a request, as Django notes which time zone holds: the column of a list is told no request.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from campaigns.phone import mask, pretty

_WHOLE: Final = "campaigns.change_phonenumber"
_viewer: ContextVar[User | AnonymousUser | None] = ContextVar("viewer", default=None)


def note_viewer(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """The middleware. It asks for nobody's rights itself, so that a webhook costs no query more."""

    def noted(request: HttpRequest) -> HttpResponseBase:
        token = _viewer.set(request.user)
        try:
            return get_response(request)
        finally:
            _viewer.reset(token)

    return noted


def sees_whole_numbers() -> bool:
    """Whether the person who looks at this page sees numbers whole. Outside of a page nobody does."""
    viewer = _viewer.get()
    return viewer is not None and viewer.has_perm(_WHOLE)


def number_shown(number: str) -> str:
    """An E.164 number for the page: `+1 313-971-1649`, or `+1313•••1649`."""
    return pretty(number) if sees_whole_numbers() else mask(number)
