"""Texts move by what the carrier reports of them: in callbacks, and when it is asked. One rule for one and for many."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from messaging.attempts import outbound_of
from messaging.failures import reason_of
from messaging.gateway.errors import ErrorClass, classify
from messaging.models import Outbound
from messaging.states import SETTLED, Reason, State, may_move
from optins.actions.ledger import lock_number
from optins.actions.opting_out import suppress_refused
from optins.models import Sender


@dataclass(frozen=True, slots=True)
class Report:
    """What an account says of one text: of an attempt, or of a SID where no attempt is named.

    `target` is None for a word that means nothing to us, `provider_id` for an account that is gone.
    """

    provider_id: int | None
    attempt_id: uuid.UUID | None
    sid: str
    target: State | None
    error_code: int | None

    @property
    def is_refusal(self) -> bool:
        """Whether the carrier refuses the number itself, because the person opted out there."""
        return classify(self.error_code) is ErrorClass.SUPPRESSED

    @property
    def reason(self) -> str:
        """Why the text ended as it is said to have; blank while it is on its way or arrived."""
        if self.target is State.CANCELLED:
            return Reason.CAMPAIGN_CANCELLED
        if self.target is not State.FAILED:
            return ""
        return Reason.UNDELIVERED if self.error_code is None else reason_of(classify(self.error_code))


@dataclass(slots=True)
class _Text:
    """One of our texts as its row stands, and the last report that moved it."""

    pk: int
    provider_id: int
    sender_id: int
    number: str
    attempt_id: uuid.UUID | None
    sid: str | None
    state: str
    news: Report | None = None

    def is_meant_by(self, report: Report) -> bool:
        named = self.sid == report.sid if report.attempt_id is None else self.attempt_id == report.attempt_id
        return named and self.provider_id == report.provider_id


@transaction.atomic
def advance(report: Report) -> bool:
    """Move a text to what is reported of it, if that is forward. Returns whether it moved.

    A number that the carrier refuses is suppressed.
    """
    return advance_all([report], wait=True)[0] is True


def advance_all(reports: Sequence[Report], *, wait: bool = False) -> list[bool | None]:
    """`advance` for many in the order of the reports, in the caller's transaction. Returns for each whether it moved.

    Reports come late, twice and out of order: the allow-list of moves decides, and the rest changes nothing. Without
    `wait` a row that somebody else holds is passed over, and its reports are None: whoever holds many rows and waits
    for another one can meet somebody who took them in another order.
    """
    ids = {outbound_of(report.attempt_id) for report in reports if report.attempt_id}
    known = _Known(_read(Outbound.objects.filter(pk__in=ids)))
    known.learn(_read(Outbound.objects.filter(sid__in={report.sid for report in reports if known.must_ask(report)})))
    meant = [known.meant_by(report) for report in reports]
    # The numbers' locks before the rows', and in one order: a STOP takes them so too.
    refused = {text.number for text, report in zip(meant, reports, strict=True) if text and report.is_refusal}
    for number in sorted(refused):
        lock_number(number)
    held = _hold({text.pk for text in meant if text}, wait=wait)
    known.learn(held.values())
    moves: list[bool | None] = []
    for text, report in zip(meant, reports, strict=True):
        if text is not None and text.pk not in held:
            moves.append(None)
        else:
            moves.append(text is not None and _move(held[text.pk], report, known))
    moved = [text for text in held.values() if text.news]
    _write(moved)
    _suppress(moved)
    return moves


class _Known:
    """The texts that reports may be about, by attempt and by SID."""

    def __init__(self, texts: Iterable[_Text]) -> None:
        self._by_attempt: dict[uuid.UUID, _Text] = {}
        self._by_sid: dict[str, _Text] = {}
        self.learn(texts)

    def learn(self, texts: Iterable[_Text]) -> None:
        for text in texts:
            if text.attempt_id:
                self._by_attempt[text.attempt_id] = text
            if text.sid:
                self._by_sid[text.sid] = text

    def meant_by(self, report: Report) -> _Text | None:
        named = self._by_attempt.get(report.attempt_id) if report.attempt_id else self._by_sid.get(report.sid)
        return named if named is not None and named.is_meant_by(report) else None

    def must_ask(self, report: Report) -> bool:
        """Whether its SID says more. SIDs are random: each look into their index is at another place of it."""
        text = self.meant_by(report)
        return text is None or text.sid != report.sid

    def may_be_called(self, text: _Text, sid: str) -> bool:
        """Whether `sid` is the text's, or can become it: not while another text has it."""
        return text.sid == sid if text.sid else sid not in self._by_sid


def _read(rows: QuerySet[Outbound]) -> Iterable[_Text]:
    columns = ("pk", "sender__provider", "sender", "number", "attempt_id", "sid", "state")
    return (_Text(*row) for row in rows.values_list(*columns))


def _hold(ids: Collection[int], *, wait: bool) -> dict[int, _Text]:
    """The rows as they stand now, locked until the transaction ends."""
    rows = Outbound.objects.filter(pk__in=ids).order_by("pk")
    return {text.pk: text for text in _read(rows.select_for_update(of=("self",), skip_locked=not wait))}


def _move(text: _Text, report: Report, known: _Known) -> bool:
    forward = report.target is not None and may_move(State(text.state), report.target)
    if report.target is None or not forward or not text.is_meant_by(report):
        return False
    if not known.may_be_called(text, report.sid):
        return False
    text.state, text.sid, text.news = report.target, report.sid, report
    known.learn([text])
    return True


# Whatever the carrier reports of a text, its code need not be sealed for another try.
_WRITE: Final = """
    UPDATE messaging_outbound AS outbound
    SET state = news.state,
        sid = news.sid,
        sealed_body = '',
        reason = news.reason,
        error_code = CASE WHEN news.reason = '' THEN outbound.error_code ELSE news.error_code END,
        settled_at = CASE WHEN news.is_settled THEN now() ELSE outbound.settled_at END,
        ask_at = CASE WHEN news.is_settled THEN outbound.ask_at ELSE now() + %s END
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bool[])
         AS news (id, state, sid, reason, error_code, is_settled)
    WHERE outbound.id = news.id
"""


def _write(texts: Sequence[_Text]) -> None:
    if not texts:
        return
    news = [text.news for text in texts if text.news]
    columns: list[Any] = [
        settings.FINAL_STATUS_AFTER,
        [text.pk for text in texts],
        [text.state for text in texts],
        [text.sid for text in texts],
        [report.reason for report in news],
        [report.error_code for report in news],
        [text.state in SETTLED for text in texts],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def _suppress(texts: Iterable[_Text]) -> None:
    """No further text to the numbers that the carrier refuses."""
    for text in texts:
        if text.news and text.news.is_refusal:
            sender = Sender.objects.select_related("pool").get(pk=text.sender_id)
            suppress_refused(number=text.number, sender=sender, code=text.news.error_code or 0)
