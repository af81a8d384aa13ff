"""Twilio's webhooks: signed inbound texts and status callbacks. They verify, hand to one verb, and answer."""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from urllib.parse import parse_qsl, quote

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.actions.listening.callbacks import store_callback
from messaging.actions.listening.receiving import take_inbound
from messaging.gateway import signatures
from messaging.gateway.errors import as_code
from messaging.reports.explaining import explained
from messaging.reports.refused import count_refused
from messaging.webhooks.accounts import Accounts

log = structlog.get_logger(__name__)

_ACCOUNTS = Accounts()

_SID = re.compile(r"[A-Za-z0-9]{1,34}")
# Says nothing: what we owe in answer goes out as a notice through the one door.
_SILENCE = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass(frozen=True, slots=True)
class SignedPost:
    """A request whose signature holds: the account it came for and its parameters, unaltered."""

    account_sid: str
    parameters: dict[str, str]


def signed(view: Callable[[HttpRequest, SignedPost], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let only Twilio's signed POSTs in; anything else gets 403 and changes nothing, whatever DEBUG says."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        post = _verified(request)
        if post is None:
            log.warning("webhook_refused", path=request.path)
            count_refused()
            return HttpResponse("The signature does not match.", status=403, content_type="text/plain")
        return view(request, post)

    return guarded


@signed
def inbound(_request: HttpRequest, post: SignedPost) -> HttpResponse:
    """A text from a person."""
    given = post.parameters
    sid = given.get("MessageSid", "")
    if not _SID.fullmatch(sid):
        return HttpResponse("MessageSid is missing.", status=400, content_type="text/plain")
    fresh = take_inbound(
        account_sid=post.account_sid,
        sid=sid,
        # What is longer is no number and no word that means anything to us.
        number=given.get("From", "")[:34],
        to=given.get("To", ""),
        body=given.get("Body", ""),
        opt_out_type=given.get("OptOutType", "")[:8],
        service=given.get("MessagingServiceSid", ""),
    )
    log.info("inbound", sid=sid, fresh=fresh)
    answer = HttpResponse(_SILENCE, content_type="text/xml")
    if settings.SIMULATOR_URL:
        # The phones of the simulated carrier show it beneath the text. No real carrier is told.
        answer["X-Explanation"] = quote(explained(sid))
    return answer


@signed
def status(request: HttpRequest, post: SignedPost) -> HttpResponse:
    """What became of one of our texts. The attempt id of the URL is covered by the signature."""
    given = post.parameters
    sid = given.get("MessageSid", "")
    if not _SID.fullmatch(sid):
        return HttpResponse("MessageSid is missing.", status=400, content_type="text/plain")
    store_callback(
        account_sid=post.account_sid,
        attempt_id=_uuid(request.GET.get("attempt", "")),
        sid=sid,
        status=given.get("MessageStatus", ""),
        error_code=as_code(given.get("ErrorCode")),
    )
    return HttpResponse(status=204)


def _verified(request: HttpRequest) -> SignedPost | None:
    """The signature is computed over the public address and every parameter exactly as it was received."""
    signature = request.headers.get("X-Twilio-Signature", "")
    if not signature:
        return None
    pairs = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    # Postgres cannot hold a NUL, and nothing that we know has one.
    parameters = {name: value.replace("\0", "") for name, value in pairs}
    url = f"{settings.PUBLIC_BASE_URL}{request.get_full_path()}"
    account_sid = parameters.get("AccountSid", "")
    is_in = _ACCOUNTS.let_in(account_sid, lambda tokens: signatures.valid(url, pairs, signature, tokens))
    return SignedPost(account_sid, parameters) if is_in else None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
