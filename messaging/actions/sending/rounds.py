"""The send worker's rounds: which sender, how many parts, whose texts. A Celery task wakes it; Postgres says what
there is to do. What is claimed here is carried by `messaging.actions.sending.flights`."""

import time
from collections.abc import Callable, Mapping

import structlog
from django.conf import settings

from campaigns.refusals import Refused as NoCarrier
from messaging.actions.carriers import gateway_for
from messaging.actions.sending.claiming import Claim, claim_notices, claim_recipients
from messaging.actions.sending.flights import Flights
from messaging.actions.sending.leasing import Lease
from messaging.gateway.twilio import TwilioGateway
from messaging.models import Run
from messaging.pace import pacing
from messaging.pace.shares import Shares, share
from messaging.queries import open_runs, senders_with_work
from messaging.waiting import Question
from optins.models import Sender

log = structlog.get_logger(__name__)

# How long to wait when every sender's bucket is empty: a tenth of a second keeps the pace even.
_BREATH_SECONDS = 0.1
# How often it is asked who has something to send, and replies first: while there is work, it is mostly the same.
_LOOK_SECONDS = 0.25
# How often runs, and the rules of their campaigns, are read anew. Whether they are live every claim asks.
_READ_SECONDS = 1.0


def _never() -> bool:
    return False


def send_due(*, seconds: float, must_stop: Callable[[], bool] = _never) -> int:
    """Send what is due until nothing is, or the time is up. Returns how many texts went out.

    While Redis is away nobody else could be woken, and the work goes on beyond its time until `must_stop`. Should a
    chunk not be settled because the database is away, its lease and the carrier's list tell later.
    """
    sent, deadline, flights = 0, time.monotonic() + seconds, Flights()
    with pacing.turn() as turn:
        rounds: dict[int, _Rounds] = {}
        senders, look_at = list[Sender](), 0.0
        try:
            while (now := time.monotonic()) < deadline or (turn.is_without_redis and not must_stop()):
                if now >= look_at:
                    senders, look_at = list(senders_with_work()), now + _LOOK_SECONDS
                round_sent = sum(rounds.setdefault(each.pk, _Rounds(turn, flights)).send(each) for each in senders)
                sent += round_sent
                if round_sent or flights.land():
                    continue
                look_at = 0.0
                if not senders:
                    break
                time.sleep(_BREATH_SECONDS)
        finally:
            while flights.land():
                if must_stop():
                    flights.recall()
    return sent


class _Rounds:
    """One sender's rounds in one worker's turn. What a text of several parts still lacks is remembered between them."""

    def __init__(self, turn: pacing.Turn, flights: Flights) -> None:
        self._turn = turn
        self._flights = flights
        self._shares = Shares()
        self._runs = _Runs()
        self._reply_needs = 1
        self._text_needs = 1

    def send(self, sender: Sender) -> int:
        """One round: replies and codes ahead of campaigns, campaigns in equal shares, no more than the rate."""
        try:
            # Before anything is claimed: what was claimed and not posted would be uncertain for ever.
            gateway = gateway_for(sender.provider)
        except NoCarrier as fault:
            log.error("no_carrier", provider=sender.provider_id, code=fault.code)
            return 0
        if not self._flights.has_room(gateway):
            return 0
        owes_replies = getattr(sender, "owes_replies")  # noqa: B009  annotated
        at_least = self._reply_needs if owes_replies else self._text_needs
        granted = self._turn.take(sender, wanted=max(settings.SEND_CHUNK, at_least), at_least=at_least)
        if not granted:
            return 0
        self._reply_needs = self._text_needs = 1
        round_ = _Round(gateway, sender, self._flights, granted)
        try:
            if owes_replies:
                self._reply_needs = round_.send_replies()
            if self._reply_needs == 1:
                self._text_needs = round_.send_campaigns(self._shares, self._runs)
        finally:
            self._turn.give_back(sender, round_.left, need=max(self._reply_needs, self._text_needs))
        return round_.sent


class _Runs:
    """A sender's open runs, each with what is to be asked about its rows; kept for a moment, by the run's id."""

    def __init__(self) -> None:
        self._questions: Mapping[int, Question] = {}
        self._read_at = 0.0

    def of(self, sender: Sender) -> Mapping[int, Question]:
        """Those of a sender, read anew when they are old."""
        now = time.monotonic()
        if now >= self._read_at:
            self._questions, self._read_at = {run.pk: Question(run) for run in open_runs(sender)}, now + _READ_SECONDS
        return self._questions

    def forget(self) -> None:
        """Read them anew the next time: these have nothing more to send."""
        self._read_at = 0.0


class _Round:
    """The parts that one round was granted, and what they went to."""

    def __init__(self, gateway: TwilioGateway, sender: Sender, flights: Flights, granted: int) -> None:
        self._gateway = gateway
        self._sender = sender
        self._flights = flights
        self.left = granted
        self.sent = 0

    def send_replies(self) -> int:
        """Send what is owed to people. Returns how many parts the next one needs, if more than are left; else 1."""
        lease = Lease.begin()
        claim = claim_notices(sender=self._sender, parts=self.left)
        self._take_off(claim, lease, run=None)
        return max(1, claim.needs)

    def send_campaigns(self, shares: Shares, open_runs: _Runs) -> int:
        """Divide what is left among the open runs, in turn; what one does not need is offered to those that have more.

        Returns how many parts the next in turn needs, if more than there are: nobody overtakes it. Else 1.
        """
        runs = open_runs.of(self._sender) if self.left else {}
        in_turn, granted = list(shares.in_turn(runs)), self.left
        while in_turn and self.left:
            before, hungry = self.left, []
            for place, pk in enumerate(in_turn):
                part = share(self.left, len(in_turn) - place)
                if not part:
                    break
                claim = self._send(runs[pk], part)
                shares.give(pk, claim.parts)
                if claim.needs > self.left == granted:
                    return claim.needs
                if claim.needs or claim.parts == part:
                    hungry.append(pk)
            in_turn = hungry if self.left < before else []
        if self.left:
            open_runs.forget()
        return 1

    def _send(self, question: Question, part: int) -> Claim:
        """Send a run's share, or its next text where that alone is larger and can be paid."""
        lease = Lease.begin()
        claim = claim_recipients(run=question.run, parts=part, question=question)
        if not claim.texts and part < claim.needs <= self.left:
            claim = claim_recipients(run=question.run, parts=claim.needs, question=question)
        self._take_off(claim, lease, run=question.run)
        return claim

    def _take_off(self, claim: Claim, lease: Lease, *, run: Run | None) -> None:
        self._flights.take_off(self._gateway, self._sender, claim.texts, lease, run=run)
        self.left -= claim.parts
        self.sent += len(claim.texts)
