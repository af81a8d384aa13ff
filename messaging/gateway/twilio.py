"""Twilio, spoken through its official client. The only module that knows that client.

The client builds the requests and reads the answers; `_Wire`, its HTTP client, carries them over our own
transport and judges every answer by whether the request may have been processed. Importing Twilio's client
takes a third of a second, so only workers and the pages of a provider import this module.
"""

import datetime as dt
import logging
import re
from base64 import b64encode
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from twilio.base import values
from twilio.base.exceptions import TwilioException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from messaging.gateway import forms, sentences
from messaging.gateway.answers import SHORT_WAIT_SECONDS, Busy, Refusal, judge, refused, sentence
from messaging.gateway.errors import as_code
from messaging.gateway.listing import FoundNumber, Listed
from messaging.gateway.outcomes import Accepted, Outcome, RetryLater, Uncertain
from messaging.gateway.transport import Answer, MaybeSent, NeverSent, Request, Transport
from messaging.gateway.wire import Lane
from optins.keywords import SenderKind, kind_of_sender

T = TypeVar("T")

# After a connection that could not be made. It may be the next one's trouble too.
_AFTER_NO_CONNECTION_SECONDS = 1.0
_MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")
_PAGE_SIZE = 1000
# What the client raises on an answer whose JSON has another shape than Twilio's.
_MISSHAPEN = (TwilioException, AttributeError, KeyError, TypeError, ValueError, RecursionError)


@dataclass(frozen=True, slots=True)
class Account:
    """Where and as whom to speak. `username` is the account SID, or an API key's SID.

    `base_url` replaces the scheme and host of every request ("http://127.0.0.1:8100"); None means Twilio's
    own hosts. `timeout_seconds` bounds the wait for an answer, `most_at_once` the texts on the way to an answer.
    """

    sid: str
    username: str
    password: str = field(repr=False)
    base_url: str | None
    timeout_seconds: float
    most_at_once: int = 100


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


class ProviderProblem(Exception):
    """The provider could not answer a question about the account. The text is a sentence for staff."""


_ELSEWHERE = 307


class _Questions(HttpClient):  # type: ignore[misc]  # Twilio's client ships no types
    """What Twilio's client is given for questions: each is asked and answered on the spot.

    Raises NeverSent, MaybeSent, Busy or Refusal for all but a good answer. It never logs: queries hold phone numbers
    and bodies hold texts.
    """

    def __init__(self, transport: Transport, base_url: str | None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._transport = transport
        self._base_url = base_url

    def request(self, method: str, uri: str, **parts: Any) -> Response:
        """Send a request of Twilio's client and return its answer. Time-out and redirects are not its to decide."""
        answer = self._transport.exchange(_request(self._base_url, method, uri, **parts))
        # Twilio names a file by a redirect, whose body says where it is.
        return Response(answer.status, answer.text) if answer.status == _ELSEWHERE else _good(answer)


class _Texts(HttpClient):  # type: ignore[misc]  # Twilio's client ships no types
    """What Twilio's client is given for texts: who drives its coroutine carries the request. Raises the same."""

    def __init__(self, base_url: str | None) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True)
        self._base_url = base_url

    async def request(self, method: str, uri: str, **parts: Any) -> Response:
        """Hand out a request of Twilio's client, and return the answer that is sent back."""
        return _good(await _Handed(_request(self._base_url, method, uri, **parts)))


class _Handed:
    """A request on its way out of the coroutine that made it."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def __await__(self) -> Generator[Request, Answer, Answer]:
        return (yield self._request)


class TwilioGateway:
    """One account at Twilio. Safe to share between threads; keeps its connections open.

    `gateway_for` hands out one for each account of a process. `lane` is its share of the wire, which carries what
    `exchange` begins.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._transport = Transport(timeout_seconds=account.timeout_seconds)
        self.lane = Lane(self._transport, account.most_at_once)
        login = (account.username, account.password, account.sid)
        self._client = Client(*login, http_client=_Questions(self._transport, account.base_url))
        self._texts = Client(*login, http_client=_Texts(account.base_url)).api.v2010
        self._messages = f"/Accounts/{account.sid}/Messages.json"

    def send(self, text: OutgoingText) -> Outcome:
        """Hand over one text, once. Every way in which that can end is an outcome, never an exception."""
        exchange = self.exchange(text)
        try:
            request = exchange.send(None)
            try:
                exchange.send(self._transport.exchange(request))
            except (NeverSent, MaybeSent) as failure:
                exchange.throw(failure)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        raise RuntimeError("A text takes one request.")

    async def exchange(self, text: OutgoingText) -> Outcome:
        """One text's conversation with Twilio, for somebody else to carry: see `messaging.gateway.wire.Exchange`."""
        try:
            # What `client.messages.create_async` calls: it goes through its thirty parameters before, and makes an
            # object with three dates of an answer of which only the SID is looked at afterwards.
            message = await self._texts.create_async("POST", self._messages, data=_fields(text))
            return _accepted(message)
        except Busy as busy:
            return RetryLater(busy.after_seconds, busy.code, hold_seconds=busy.asked_for or 0.0)
        except NeverSent:
            return RetryLater(SHORT_WAIT_SECONDS, None, hold_seconds=_AFTER_NO_CONNECTION_SECONDS)
        except MaybeSent as error:
            return Uncertain(str(error))
        except Refusal as refusal:
            return refused(refusal)
        except _MISSHAPEN:
            return Uncertain(sentences.NOT_UNDERSTOOD)

    def check(self) -> AccountCheck:
        """Whether the credentials work, in an English sentence for staff. Sends nothing."""
        try:
            return _ask(self._check_account if self._account.username == self._account.sid else self._check_key)
        except ProviderProblem as problem:
            return AccountCheck(False, "", str(problem))

    def numbers(self) -> list[FoundNumber]:
        """The account's senders that can carry texts: numbers, short codes, messaging services.

        Raises ProviderProblem.
        """
        return _ask(lambda: list(self._find_numbers()))

    def pool_of(self, service_sid: str) -> list[str]:
        """The phone numbers and short codes in the pool of a messaging service. Raises ProviderProblem."""
        return _ask(lambda: [_address_of(member) for member in self._members(service_sid)])

    def sent_to(self, number: str, *, since: dt.datetime) -> list[Listed]:
        """What the account sent to a number since then, newest first, whatever its status. Raises ProviderProblem.

        Asked by the number alone: a text that waits to be sent has no date, and is not in a list by date.
        """
        return _ask(lambda: [text for page in self._pages(number, since) for text in page if text.created_at >= since])

    def texts_since(self, moment: dt.datetime) -> list[Listed]:
        """All of the account's texts since then, in both directions, newest first. Raises ProviderProblem."""
        return [text for page in self.pages_since(moment) for text in page]

    def pages_since(self, moment: dt.datetime) -> Iterator[list[Listed]]:
        """The same a page at a time, for who has to look at more texts than memory holds. Raises ProviderProblem."""
        pages = self._pages(values.unset, moment)
        while (page := _ask(lambda: next(pages, None))) is not None:
            yield [text for text in page if text.created_at >= moment]

    def fetch(self, sid: str) -> Listed | None:
        """One text as it stands now; None when the account has none of that SID. Raises ProviderProblem."""
        return _ask(lambda: self._fetch(sid))

    def deactivated_on(self, day: dt.date) -> list[str]:
        """Numbers in the US that carriers took from their holders that day, as Twilio lists them.

        Raises ProviderProblem. Source: twilio.com/docs/messaging/api/deactivations-resource.
        """
        return _ask(lambda: self._deactivated_on(day))

    def _deactivated_on(self, day: dt.date) -> list[str]:
        link = str(self._client.messaging.v1.deactivations().fetch(date=day).redirect_to)
        if not link.startswith(("https://", self._account.base_url or "https://")):
            raise TypeError("The file is behind a link by https.")
        # The link is the permission: the account's login is not for whoever keeps the file.
        answer = self._transport.exchange(Request("GET", link, {}, None))
        judge(answer)
        return answer.text.split()

    def _pages(self, number: object, since: dt.datetime) -> Iterator[list[Listed]]:
        page = self._client.messages.page(to=number, page_size=_PAGE_SIZE)
        while page is not None:
            texts = [_listed(message) for message in page]
            yield texts
            # The newest stand first: behind a page that is older as a whole there is nothing to look for.
            recent = any(text.created_at >= since for text in texts)
            page = page.next_page() if recent else None

    def _fetch(self, sid: str) -> Listed | None:
        try:
            return _listed(self._client.messages(sid).fetch())
        except Refusal as refusal:
            if refusal.status == 404:
                return None
            raise

    def _check_account(self) -> AccountCheck:
        account = self._client.api.accounts(self._account.sid).fetch()
        name = str(account.friendly_name or "")
        if account.status != "active":
            return AccountCheck(False, name, sentences.NOT_ACTIVE % {"name": name, "status": account.status})
        connected = sentences.CONNECTED % {"name": name}
        return AccountCheck(True, name, f"{connected} {sentences.TRIAL}" if account.type == "Trial" else connected)

    def _check_key(self) -> AccountCheck:
        # A standard API key may not read the account itself, so it is tried on what it is for.
        self._client.incoming_phone_numbers.page(page_size=1)
        return AccountCheck(True, "", sentences.CONNECTED_BY_KEY)

    def _find_numbers(self) -> Iterator[FoundNumber]:
        pools: dict[str, str] = {}
        for service in self._client.messaging.v1.services.list(page_size=_PAGE_SIZE):
            pools.update((member.sid, service.sid) for member in self._members(service.sid))
            kind, url = SenderKind.MESSAGING_SERVICE, service.inbound_request_url
            yield FoundNumber(service.sid, kind, service.sid, service.friendly_name or "", url or "", None)
        for number in self._client.incoming_phone_numbers.stream(page_size=_PAGE_SIZE):
            if _can_text(number.capabilities):
                kind = kind_of_sender(number.phone_number) or SenderKind.LONG_CODE
                yield _found(number, number.phone_number, kind, pools)
        for code in self._client.short_codes.stream(page_size=_PAGE_SIZE):
            yield _found(code, code.short_code, SenderKind.SHORT_CODE, pools)

    def _members(self, service_sid: str) -> Iterator[Any]:
        service = self._client.messaging.v1.services(service_sid)
        for pool in (service.phone_numbers, service.short_codes):
            yield from pool.stream(page_size=_PAGE_SIZE)


@lru_cache(maxsize=64)
def gateway_for(account: Account) -> TwilioGateway:
    """The gateway of an account in this process, with the connections that earlier calls left open.

    Call it in the process that sends: connections must not be carried over a fork.
    """
    return TwilioGateway(account)


def _request(
    base_url: str | None,
    method: str,
    uri: str,
    *,
    params: dict[str, object] | None = None,
    data: dict[str, object] | None = None,
    headers: dict[str, str],
    auth: tuple[str, str] | None = None,
    **_: object,
) -> Request:
    """A request of Twilio's client for our transport. Its headers are the client's to give away."""
    if auth is not None:
        headers["Authorization"] = _basic(*auth)
    body = forms.encode(data) if data else None
    query = urlencode(params, doseq=True) if params else ""
    return Request(method.upper(), _address(uri, query, base_url), headers, body)


def _good(answer: Answer) -> Response:
    judge(answer)
    return Response(answer.status, answer.text)


@lru_cache(maxsize=64)
def _basic(username: str, password: str) -> str:
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


@lru_cache(maxsize=64)
def _address(uri: str, query: str, base_url: str | None) -> str:
    parts = urlsplit(uri)
    base = urlsplit(base_url) if base_url else parts
    return urlunsplit((base.scheme, base.netloc, parts.path, "&".join(filter(None, (parts.query, query))), ""))


def _fields(text: OutgoingText) -> dict[str, object]:
    """In Twilio's words; the client leaves out what is None."""
    return {
        "To": text.to,
        "StatusCallback": text.status_callback,
        "ValidityPeriod": text.validity_seconds,
        "MessagingServiceSid" if text.sender.startswith("MG") else "From": text.sender,
        "Body": text.body,
    }


def _accepted(message: dict[str, Any]) -> Outcome:
    """Raises one of `_MISSHAPEN` for what is no object."""
    sid = message.get("sid")
    if not isinstance(sid, str) or not _MESSAGE_SID.fullmatch(sid):
        return Uncertain("Twilio's answer named no message.")
    return Accepted(sid, str(message.get("status") or "unknown"), _parts(message.get("num_segments")))


def _parts(num_segments: object) -> int | None:
    """Twilio's count, a numeral in a string; "0" stands for a count still to come."""
    return as_code(num_segments)


def _can_text(capabilities: object) -> bool:
    return not isinstance(capabilities, dict) or bool(capabilities.get("sms", True))


def _address_of(member: Any) -> str:
    """What one in a pool is texted at."""
    return str(getattr(member, "phone_number", "") or member.short_code)


def _found(number: Any, address: str, kind: SenderKind, pools: dict[str, str]) -> FoundNumber:
    name, url = number.friendly_name or "", number.sms_url or ""
    return FoundNumber(address, kind, number.sid, name, url, pools.get(number.sid))


def _listed(message: Any) -> Listed:
    """Raises TypeError for one without SID or date, which is not Twilio's."""
    if not isinstance(message.sid, str) or not isinstance(message.date_created, dt.datetime):
        raise TypeError("A message has a SID and a date.")
    return Listed(
        sid=message.sid,
        is_inbound=str(message.direction or "").startswith("inbound"),
        status=str(message.status or ""),
        to=str(message.to or ""),
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
    except Busy as busy:
        raise ProviderProblem(sentences.BUSY % {"seconds": f"{busy.after_seconds:.0f}"}) from busy
    except (NeverSent, MaybeSent) as error:
        raise ProviderProblem(f"{sentences.NOT_ASKED} {error}") from error
    except Refusal as refusal:
        raise ProviderProblem(sentence(refusal)) from refusal
    except _MISSHAPEN as error:
        raise ProviderProblem(sentences.NOT_UNDERSTOOD) from error
