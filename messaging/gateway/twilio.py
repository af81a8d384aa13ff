"""Twilio, spoken through its official client. The only module that knows that client.

The client builds the requests and reads the answers; `_Wire`, its HTTP client, carries them over our own
transport and judges every answer by whether the request may have been processed. Importing Twilio's client
takes a third of a second, so only workers and the pages of a provider import this module.
"""

import datetime as dt
import json
import logging
import re
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from twilio.base import values
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from messaging.gateway.errors import ErrorClass, as_code, classify, explain
from messaging.gateway.listing import Listed
from messaging.gateway.outcomes import Accepted, Outcome, Refused, RetryLater, Uncertain
from messaging.gateway.transport import Answer, MaybeSent, NeverSent, Transport
from optins.keywords import SenderKind, kind_of_sender

T = TypeVar("T")

# Without a Retry-After, and after a connection that could not be made.
_SHORT_WAIT_SECONDS = 5.0
_LONGEST_WAIT_SECONDS = 3600.0
# Refused until a queue at Twilio drains (21611): asking each few seconds would help nobody.
_QUEUE_WAIT_SECONDS = 300.0
# Twilio's own codes have five digits; its client puts the HTTP status where a code is missing.
_SMALLEST_TWILIO_CODE = 10_000
_MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_LONG_NUMBER = re.compile(r"\d(?=\d{4})")
_PAGE_SIZE = 1000
# What the client raises on an answer whose JSON has another shape than Twilio's.
_MISSHAPEN = (TwilioException, AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom to speak. `username` is the account SID, or an API key's SID.

    `base_url` replaces the scheme and host of every request ("http://127.0.0.1:8100"); None means Twilio's
    own hosts. `timeout_seconds` bounds the wait for an answer.
    """

    sid: str
    username: str
    password: str = field(repr=False)
    base_url: str | None
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """One text to hand over. `sender` is a number, a short code, or a messaging service (`MG…`).

    `validity_seconds` (1 to 36,000) is how long it may wait in Twilio's queue; None means Twilio's ten hours.
    """

    to: str
    sender: str
    body: str = field(repr=False)
    status_callback: str
    validity_seconds: int | None


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """The result of *Test connection*; `sentence` says it to staff. `friendly_name` may be empty."""

    ok: bool
    friendly_name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A sender of the account. `address` is what texts are sent from: E.164, a short code or an `MG…` SID.

    `sms_url` is where its inbound texts go now, empty when nowhere. `messaging_service_sid` names the service
    whose pool the number is in.
    """

    address: str
    kind: SenderKind
    sid: str
    friendly_name: str
    sms_url: str
    messaging_service_sid: str | None


class ProviderProblem(Exception):
    """The provider could not answer a question about the account. The text is a sentence for staff."""


class _Busy(Exception):
    """HTTP 429: never processed (twilio.com/docs/api/errors/20429)."""

    def __init__(self, after_seconds: float, code: int | None) -> None:
        super().__init__(code)
        self.after_seconds = after_seconds
        self.code = code


class _Refusal(Exception):
    """A definite no: an HTTP status from 400 to 499."""

    def __init__(self, status: int, code: int | None, message: str) -> None:
        super().__init__(code or status)
        self.status = status
        self.code = code
        self.message = message


class _Wire(HttpClient):  # type: ignore[misc]  # Twilio's client ships no types
    """The HTTP client that Twilio's client is given. It hands back nothing but a good answer.

    Raises NeverSent, MaybeSent, _Busy or _Refusal otherwise, for every resource alike. It never logs: queries
    hold phone numbers and bodies hold texts.
    """

    def __init__(self, transport: Transport, base_url: str | None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._transport = transport
        self._base_url = base_url

    def request(
        self,
        method: str,
        uri: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        **_: object,
    ) -> Response:
        """Send a request of Twilio's client and return its answer, a JSON object.

        The time-out and the redirects that the client might ask for are the transport's to decide.
        """
        sent_headers = dict(headers or {})
        if auth is not None:
            sent_headers["Authorization"] = "Basic " + b64encode(":".join(auth).encode()).decode()
        answer = self._transport.exchange(
            method.upper(),
            _address(uri, params, self._base_url),
            headers=sent_headers,
            body=urlencode(data, doseq=True).encode() if data else None,
        )
        _judge(answer)
        return Response(answer.status, answer.text, answer.headers)


class TwilioGateway:
    """One account at Twilio. Safe to share between threads; keeps its connections open.

    `gateway_for` hands out one for each account of a process.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        wire = _Wire(Transport(timeout_seconds=account.timeout_seconds), account.base_url)
        self._client = Client(account.username, account.password, account.sid, http_client=wire)

    def send(self, text: OutgoingText) -> Outcome:
        """Hand over one text, once. Every way in which that can end is an outcome, never an exception."""
        try:
            message = self._client.messages.create(**_fields(text))
        except _Busy as busy:
            return RetryLater(busy.after_seconds, busy.code)
        except NeverSent:
            return RetryLater(_SHORT_WAIT_SECONDS, None)
        except MaybeSent as error:
            return Uncertain(str(error))
        except _Refusal as refusal:
            return _refused(refusal)
        except _MISSHAPEN:
            return Uncertain("Twilio's answer could not be understood.")
        if not isinstance(message.sid, str) or not _MESSAGE_SID.fullmatch(message.sid):
            return Uncertain("Twilio's answer named no message.")
        return Accepted(message.sid, str(message.status or "unknown"), _parts(message.num_segments))

    def check(self) -> AccountCheck:
        """Whether the credentials work, in a sentence for staff. Sends nothing."""
        try:
            return _ask(self._check_account if self._account.username == self._account.sid else self._check_key)
        except ProviderProblem as problem:
            return AccountCheck(False, "", str(problem))

    def numbers(self) -> list[FoundNumber]:
        """The account's senders that can carry texts: numbers, short codes, messaging services.

        Raises ProviderProblem.
        """
        return _ask(lambda: list(self._find_numbers()))

    def sent_to(self, number: str, *, since: dt.datetime) -> list[Listed]:
        """What the account sent to a number since then, newest first, whatever its status. Raises ProviderProblem.

        Asked by the number alone: a text that waits to be sent has no date, and is not in a list by date.
        """
        return _ask(lambda: [text for text in self._listed(number, since) if text.created_at >= since])

    def fetch(self, sid: str) -> Listed | None:
        """One text as it stands now; None when the account has none of that SID. Raises ProviderProblem."""
        return _ask(lambda: self._fetch(sid))

    def _listed(self, number: str, since: dt.datetime) -> Iterator[Listed]:
        page = self._client.messages.page(to=number, page_size=_PAGE_SIZE)
        while page is not None:
            texts = [_listed(message) for message in page]
            yield from texts
            # The newest stand first: behind a page that is older as a whole there is nothing to look for.
            recent = any(text.created_at >= since for text in texts)
            page = page.next_page() if recent else None

    def _fetch(self, sid: str) -> Listed | None:
        try:
            return _listed(self._client.messages(sid).fetch())
        except _Refusal as refusal:
            if refusal.status == 404:
                return None
            raise

    def _check_account(self) -> AccountCheck:
        account = self._client.api.accounts(self._account.sid).fetch()
        name = str(account.friendly_name or "")
        if account.status != "active":
            return AccountCheck(False, name, f"The Twilio account {name} is {account.status}.")
        trial = " It is a trial account, which texts verified numbers only." if account.type == "Trial" else ""
        return AccountCheck(True, name, f"Connected to the Twilio account {name}.{trial}")

    def _check_key(self) -> AccountCheck:
        # A standard API key may not read the account itself, so it is tried on what it is for.
        self._client.incoming_phone_numbers.page(page_size=1)
        return AccountCheck(True, "", "Connected to Twilio with the API key.")

    def _find_numbers(self) -> Iterator[FoundNumber]:
        pools: dict[str, str] = {}
        services = self._client.messaging.v1.services
        for service in services.list(page_size=_PAGE_SIZE):
            members = services(service.sid)
            for pool in (members.phone_numbers, members.short_codes):
                pools.update((member.sid, service.sid) for member in pool.stream(page_size=_PAGE_SIZE))
            kind, url = SenderKind.MESSAGING_SERVICE, service.inbound_request_url
            yield FoundNumber(service.sid, kind, service.sid, service.friendly_name or "", url or "", None)
        for number in self._client.incoming_phone_numbers.stream(page_size=_PAGE_SIZE):
            if _can_text(number.capabilities):
                kind = kind_of_sender(number.phone_number) or SenderKind.LONG_CODE
                yield _found(number, number.phone_number, kind, pools)
        for code in self._client.short_codes.stream(page_size=_PAGE_SIZE):
            yield _found(code, code.short_code, SenderKind.SHORT_CODE, pools)


@lru_cache(maxsize=64)
def gateway_for(account: Account) -> TwilioGateway:
    """The gateway of an account in this process, with the connections that earlier calls left open.

    Call it in the process that sends: connections must not be carried over a fork.
    """
    return TwilioGateway(account)


def _address(uri: str, params: dict[str, object] | None, base_url: str | None) -> str:
    parts = urlsplit(uri)
    query = "&".join(filter(None, (parts.query, urlencode(params, doseq=True) if params else "")))
    base = urlsplit(base_url) if base_url else parts
    return urlunsplit((base.scheme, base.netloc, parts.path, query, ""))


def _judge(answer: Answer) -> None:
    """Let a good answer pass and raise what any other one means."""
    said = _json_object(answer.text)
    if 400 <= answer.status < 500 and answer.status != 408:
        code = as_code((said or {}).get("code"))
        code = code if code is not None and code >= _SMALLEST_TWILIO_CODE else None
        if answer.status == 429:
            raise _Busy(_retry_after(answer.headers.get("retry-after")), code)
        raise _Refusal(answer.status, code, str((said or {}).get("message") or ""))
    if not 200 <= answer.status < 300:
        raise MaybeSent(f"Twilio answered with HTTP status {answer.status}.")
    if said is None:
        raise MaybeSent("Twilio's answer could not be understood.")


def _json_object(text: str) -> dict[str, Any] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _retry_after(header: str | None) -> float:
    """Seconds from a Retry-After header, which holds seconds or a date; a short wait if it holds neither."""
    try:
        seconds = float(header or "")
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header or "").timestamp() - time.time()
        except ValueError:
            seconds = _SHORT_WAIT_SECONDS
    # The comparison also turns "nan" into the short wait.
    return min(max(seconds, 1.0), _LONGEST_WAIT_SECONDS) if seconds == seconds else _SHORT_WAIT_SECONDS


def _fields(text: OutgoingText) -> dict[str, object]:
    sender = "messaging_service_sid" if text.sender.startswith("MG") else "from_"
    return {
        "to": text.to,
        sender: text.sender,
        "body": text.body,
        "status_callback": text.status_callback,
        "validity_period": values.unset if text.validity_seconds is None else text.validity_seconds,
    }


def _refused(refusal: _Refusal) -> Outcome:
    kind = classify(refusal.code)
    if kind is ErrorClass.UNCERTAIN:
        return Uncertain(explain(refusal.code))
    if kind is ErrorClass.WAIT:
        return RetryLater(_QUEUE_WAIT_SECONDS, refusal.code)
    return Refused(_kind(refusal), refusal.code, _sentence(refusal))


def _kind(refusal: _Refusal) -> ErrorClass:
    # A bare 401 or 403 (a proxy's, say) stands before every text alike.
    if refusal.code is None and refusal.status in (401, 403):
        return ErrorClass.ACCOUNT_CONFIG
    return classify(refusal.code)


def _sentence(refusal: _Refusal) -> str:
    """Our sentence for a code we know; else Twilio's words too, phone numbers cut to their last digits."""
    if refusal.code is None:
        return f"The request was refused with HTTP status {refusal.status} and no error code."
    if classify(refusal.code) is not ErrorClass.UNKNOWN:
        return explain(refusal.code)
    said = _LONG_NUMBER.sub("•", refusal.message[:200])
    return f"{explain(refusal.code)} Twilio said: {said}" if said else explain(refusal.code)


def _parts(num_segments: object) -> int | None:
    """Twilio's count, a numeral in a string; "0" stands for a count still to come."""
    return as_code(num_segments)


def _can_text(capabilities: object) -> bool:
    return not isinstance(capabilities, dict) or bool(capabilities.get("sms", True))


def _found(number: Any, address: str, kind: SenderKind, pools: dict[str, str]) -> FoundNumber:
    name, url = number.friendly_name or "", number.sms_url or ""
    return FoundNumber(address, kind, number.sid, name, url, pools.get(number.sid))


def _listed(message: Any) -> Listed:
    """Raises TypeError for one without SID or date, which is not Twilio's."""
    if not isinstance(message.sid, str) or not isinstance(message.date_created, dt.datetime):
        raise TypeError("A message has a SID and a date.")
    return Listed(
        sid=message.sid,
        status=str(message.status or ""),
        sender=message.from_,
        messaging_service_sid=message.messaging_service_sid,
        body=message.body or "",
        created_at=message.date_created,
        error_code=as_code(message.error_code),
    )


def _ask(question: Callable[[], T]) -> T:
    """Ask something that changes nothing at Twilio, and turn every failure into one sentence."""
    try:
        return question()
    except _Busy as busy:
        raise ProviderProblem(f"Twilio is busy. Try again in {busy.after_seconds:.0f} seconds.") from busy
    except (NeverSent, MaybeSent) as error:
        raise ProviderProblem(f"Twilio could not be asked. {error}") from error
    except _Refusal as refusal:
        raise ProviderProblem(_sentence(refusal)) from refusal
    except _MISSHAPEN as error:
        raise ProviderProblem("Twilio's answer could not be understood.") from error
