"""Reads a request to send a text, and refuses what Twilio refuses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from messaging.simulator.accounts import Account, Service
from messaging.simulator.addresses import is_sender_shaped, normalised
from messaging.simulator.directory import Directory, Line
from messaging.simulator.errors import CarrierError
from messaging.simulator.failures import REFUSED
from messaging.simulator.messages import now

_LONGEST_BODY = 1600
_LONGEST_URL = 4000
_LONGEST_VALIDITY = 36_000  # seconds
_SCHEDULE_WINDOW = (timedelta(seconds=300), timedelta(days=35))

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that may be sent. `line` is None when the messaging service is to choose one of its pool."""

    account: Account
    to: str
    body: str
    line: Line | None
    service: Service | None
    status_callback: str | None
    send_at: datetime | None


def read_draft(form: Form, account: Account, directory: Directory) -> Draft:
    """The draft in a form of Create Message. Raises CarrierError with Twilio's code."""
    to = _recipient(form)
    line, service = _sender(form, account, directory)
    if line and line.number.address == to:
        raise CarrierError(21266, to)
    draft = Draft(
        account=account,
        to=to,
        body=_body(form),
        line=line,
        service=service,
        status_callback=_status_callback(form),
        send_at=_send_at(form, service),
    )
    _check_validity(form)
    if to in REFUSED:
        raise CarrierError(REFUSED[to], to)
    return draft


def _recipient(form: Form) -> str:
    raw = form.get("To", "").strip()
    if not raw:
        raise CarrierError(21604)
    to = normalised(raw)
    if to is None:
        raise CarrierError(21211, raw)
    return to


def _sender(form: Form, account: Account, directory: Directory) -> tuple[Line | None, Service | None]:
    sender = form.get("From", "").strip()
    service_sid = form.get("MessagingServiceSid", "").strip()
    if sender.startswith("MG"):  # Twilio also takes a messaging service as From
        sender, service_sid = "", sender
    service = _service(service_sid, account, directory) if service_sid else None
    if not sender:
        if service is None:
            raise CarrierError(21603)
        return None, service
    if not is_sender_shaped(sender):
        raise CarrierError(21212, sender)
    line = directory.line(normalised(sender) or sender)
    if line is None or line.account is not account:
        raise CarrierError(21606, sender)
    return line, service


def _service(sid: str, account: Account, directory: Directory) -> Service:
    service = directory.service(account, sid)
    if service is None:
        raise CarrierError(21701)
    if not directory.pool(service):
        raise CarrierError(21704)
    return service


def _body(form: Form) -> str:
    body = form.get("Body", "")
    if not body.strip():
        raise CarrierError(21602)
    if len(body) > _LONGEST_BODY:
        raise CarrierError(21617)
    return body


def _status_callback(form: Form) -> str | None:
    url = form.get("StatusCallback", "").strip()
    if not url:
        return None
    if not is_webhook_url(url):
        raise CarrierError(21609, url)
    return url


def is_webhook_url(url: str) -> bool:
    """Whether Twilio would call this URL: http(s), a host without underscore, at most 4,000 characters."""
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
    except ValueError:
        return False
    known = scheme in {"http", "https"} and bool(host)
    return known and "_" not in (host or "") and " " not in url and len(url) <= _LONGEST_URL


def _check_validity(form: Form) -> None:
    seconds = form.get("ValidityPeriod", "").strip()
    if not seconds:
        return
    if not (seconds.isascii() and seconds.isdigit() and 1 <= int(seconds[:6]) <= _LONGEST_VALIDITY):
        raise CarrierError(90007)


def _send_at(form: Form, service: Service | None) -> datetime | None:
    kind, raw = form.get("ScheduleType", ""), form.get("SendAt", "")
    if not kind:
        return None
    if kind != "fixed":
        raise CarrierError(35126)
    if service is None:
        raise CarrierError(35118)
    if not raw:
        raise CarrierError(35111)
    try:
        ahead = datetime.fromisoformat(raw) - now()
    except (ValueError, TypeError):  # TypeError: a time without zone
        raise CarrierError(35114) from None
    if not _SCHEDULE_WINDOW[0] <= ahead <= _SCHEDULE_WINDOW[1]:
        raise CarrierError(35114)
    return datetime.fromisoformat(raw)
