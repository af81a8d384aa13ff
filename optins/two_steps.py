"""What the public pages share: a form, then the code that was texted, and no script.

What the person typed at the first step travels in the form itself, signed: no session, no cookie but the one against
forgery, and that of the language for whoever chooses one.
"""

from typing import Final, TypeVar

from django import forms
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from optins.actions.verification import Asker
from optins.visitors import address_of

_FORM_SECONDS: Final = 3600

NO_MATCH: Final = _("This code does not work. Check the text that we sent, or ask for a new code.")
"""All that may be wrong with a code reads alike."""

Token = dict[str, str]
"""What the person typed, and as `wording` what they were shown beneath it."""

_Form = TypeVar("_Form", bound=forms.Form)


def sealed(token: Token, *, page: str) -> str:
    """The token as the form of the second step carries it; no other `page` opens it."""
    return signing.dumps(token, salt=f"optline.{page}")


def opened(request: HttpRequest, *, page: str) -> Token | None:
    """The token that was posted; None when it is too old, not ours, or of another page."""
    try:
        token: Token = signing.loads(request.POST.get("token", ""), salt=f"optline.{page}", max_age=_FORM_SECONDS)
    except signing.BadSignature:
        return None
    return token


def asker(request: HttpRequest, token: Token) -> Asker:
    """Who asks for a code or brings it: nobody whom we know, with what proves that they agreed."""
    return Asker(
        ip=address_of(request),
        user_agent=request.headers.get("User-Agent", ""),
        wording=token["wording"],
        first_name=token.get("first_name", ""),
        last_name=token.get("last_name", ""),
    )


def begun_anew(form: _Form) -> _Form:
    """A blank form (bound to nothing, ``Form({})``) of the first step that says why one is there again."""
    form.errors.clear()
    form.add_error(None, gettext("That took too long. Please start again."))
    return form
