"""Which language a page is in: what its reader chose, else what their browser asks for, else English.

Machines are always spoken to in English, whatever they ask for: they read codes, and their authors the sentences.
"""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

# The API and its description, carriers, and whoever asks for our health.
MACHINES: Final = ("/priv", "/api/", "/webhooks/", "/healthz", "/readyz")


def speak_to_people(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """The middleware. Unlike Django's own it leaves the thread as it was: the next request there may be a carrier's."""

    def spoken(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(MACHINES):
            with translation.override(settings.LANGUAGE_CODE):
                return get_response(request)
        language = translation.get_language_from_request(request)
        with translation.override(language):
            response = get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    return spoken
