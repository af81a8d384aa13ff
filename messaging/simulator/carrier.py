"""The carrier: what happens to a text once it is handed over, and to one that a phone sends."""

import asyncio
import random
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Final, TypeAlias

from messaging.simulator.directory import Directory, Line
from messaging.simulator.errors import CarrierError
from messaging.simulator.failures import BLOCKED, DELIVERED, Answer, Outcome, answer_for, outcome_for
from messaging.simulator.faults import Faults
from messaging.simulator.messages import Answered, Author, Message, Status, now
from messaging.simulator.optout import Reaction, react
from messaging.simulator.parameters import inbound_parameters, status_parameters
from messaging.simulator.parts import count_parts
from messaging.simulator.records import Records
from messaging.simulator.sending import Draft
from messaging.simulator.twiml import BadTwiML, texts_in
from messaging.simulator.watching import Watchers
from messaging.simulator.webhooks import Delivery, Webhooks

STORM: Final = 20
"""How often a storm calls each status back."""
_Steps: TypeAlias = tuple[tuple[Status, int | None], ...]
_DELIVERY: Final[_Steps] = (("sent", None), ("delivered", None))
_REFUSAL: Final[_Steps] = ((BLOCKED.status, BLOCKED.error_code),)


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds until the next status. `hold` is how long the answer to a held request waits, unscaled."""

    queued: float = 0.1
    sent: float = 0.3
    delivered: float = 0.8
    late: float = 30.0
    scale: float = 1.0
    hold: float = 60.0


class Carrier:
    """Books, block lists and the texts under way: in memory, and used from one event loop."""

    def __init__(self, *, directory: Directory, webhooks: Webhooks, delays: Delays) -> None:
        self.directory = directory
        self.webhooks = webhooks
        self.delays = delays
        self.watchers = Watchers()
        self._tasks: set[asyncio.Task[None]] = set()
        self._forget()

    @property
    def under_way(self) -> int:
        """Texts whose story is not at its end yet; scheduled ones wait outside of this count."""
        return len(self._tasks) - len(self._scheduled)

    def reset(self) -> None:
        """Forgets every text, block and changed webhook."""
        for task in self._tasks:
            task.cancel()
        self.directory.reset()
        self._forget()
        self.watchers.tell_all()

    def _forget(self) -> None:
        self.records = Records()
        self.faults = Faults()
        self.is_revoked = False  # every credential is refused meanwhile
        self.deactivated: dict[str, list[str]] = {}
        self._blocks: set[tuple[str, str]] = set()
        self._throttled: set[str] = set()
        self._scheduled: dict[str, asyncio.Task[None]] = {}

    def answer_to(self, draft: Draft) -> Answer:
        """How the request is to be answered. A throttled number refuses every other request."""
        answer = answer_for(draft.to)
        if answer == "throttled once" and draft.to in self._throttled:
            self._throttled.discard(draft.to)
            return "created"
        if answer == "throttled once":
            self._throttled.add(draft.to)
        return answer

    # --- Texts to a phone --------------------------------------------------------------------

    def accept(self, draft: Draft) -> Message:
        """Takes a text over. Raises CarrierError 21610 for a phone that said STOP.

        With Advanced Opt-Out such a text is accepted and fails afterwards, as Twilio does.
        """
        line = draft.line or self._chosen_from_pool(draft)
        message = self._take_over(draft, line)
        story = self._start(self._carry(message, line, outcome_for(draft.to)))
        if message.status == "scheduled":
            self._scheduled[message.sid] = story
        return message

    async def storm(self, draft: Draft) -> Message:
        """Takes a text over that is at its end at once. Each status is called back `STORM` times, in no order.

        Returns once all calls were answered, so that they come before the answer to the request.
        """
        line = draft.line or self._chosen_from_pool(draft)
        message = self._take_over(draft, line)
        message.sender = line.number.address
        told: list[tuple[Status, dict[str, str]]] = []
        for status, error_code in _REFUSAL if self._is_blocked(line, message.to) else _DELIVERY:
            message.move(status, error_code)
            told += [(status, status_parameters(message))] * STORM
        random.shuffle(told)
        self.watchers.tell(message.phone)
        await asyncio.gather(*(self._report(message, status, parameters) for status, parameters in told))
        return message

    def _take_over(self, draft: Draft, line: Line) -> Message:
        if self._is_blocked(line, draft.to) and not line.advanced and not draft.send_at:
            raise CarrierError(21610)
        message = self._outbound(line, draft.to, draft.body, "app")
        message.status_callback = draft.status_callback
        message.send_at = draft.send_at
        message.direction = "outbound-api"
        if draft.service:
            message.service_sid = draft.service.sid
            message.sender = draft.line.number.address if draft.line else None
            message.status = "scheduled" if draft.send_at else "accepted"
        self._enter(message)
        return message

    def _chosen_from_pool(self, draft: Draft) -> Line:
        assert draft.service, "a draft has a line or a service"
        return self.directory.pool(draft.service)[0]

    def cancel(self, message: Message) -> None:
        """Cancels a scheduled text. Raises CarrierError 30409 for any other."""
        if message.status != "scheduled":
            raise CarrierError(30409)
        self._scheduled.pop(message.sid).cancel()
        message.move("canceled")
        self._start(self._call_back(message))

    def _reply(self, line: Line, phone: str, body: str, author: Author) -> None:
        """Answers a phone's text; our own keyword answers pass a block, the app's do not."""
        message = self._outbound(line, phone, body, author)
        self._enter(message)
        self._start(self._carry(message, line, DELIVERED))

    def _outbound(self, line: Line, phone: str, body: str, author: Author) -> Message:
        return Message(
            sid="SM" + secrets.token_hex(16),
            account_sid=line.account.sid,
            direction="outbound-reply",
            author=author,
            sender=line.number.address,
            to=phone,
            body=body,
            status="queued",
            parts=count_parts(body, line.number.kind),
        )

    async def _carry(self, message: Message, line: Line, outcome: Outcome) -> None:
        """The story of one text, from the hand-over to its last status."""
        if message.send_at:
            await asyncio.sleep((message.send_at - now()).total_seconds())
            self._scheduled.pop(message.sid)
        if message.status in {"accepted", "scheduled"}:
            await self._pause(self.delays.queued)
            message.sender = line.number.address
            await self._tell(message, "queued")
        if outcome.lost:
            return
        if message.author == "app" and self._is_blocked(line, message.to):
            outcome = BLOCKED
        if outcome.status != "failed":
            await self._pause(self.delays.sent)
            await self._tell(message, "sent")
        await self._pause(self.delays.late if outcome.late else self.delays.delivered)
        await self._tell(message, outcome.status, outcome.error_code)

    async def _tell(self, message: Message, status: Status, error_code: int | None = None) -> None:
        message.move(status, error_code)
        self.watchers.tell(message.phone)
        await self._call_back(message)

    async def _call_back(self, message: Message) -> None:
        await self._report(message, message.status, status_parameters(message))

    async def _report(self, message: Message, status: Status, parameters: dict[str, str]) -> None:
        if message.status_callback is None:
            return
        delivery = await self._call(message, message.status_callback, parameters)
        message.answers.append(Answered(status, delivery.http_status, delivery.problem))

    # --- Texts from a phone ------------------------------------------------------------------

    async def receive(self, phone: str, line: Line, body: str) -> Message:
        """A phone texts one of our numbers: keywords, then the webhook. Returns once the webhook answered."""
        reaction = self._react(phone, line, body)
        message = Message(
            sid="SM" + secrets.token_hex(16),
            account_sid=line.account.sid,
            direction="inbound",
            author="phone",
            sender=phone,
            to=line.number.address,
            body=body,
            status="received",
            parts=count_parts(body, line.number.kind),
            service_sid=line.service.sid if line.service else None,
        )
        message.move("received")
        self._enter(message)
        if reaction.reply:
            self._reply(line, phone, reaction.reply, "carrier")
        message.answers.append(await self._deliver(message, line, reaction))
        self.watchers.tell(phone)
        return message

    def _react(self, phone: str, line: Line, body: str) -> Reaction:
        blocked = self._is_blocked(line, phone)
        reaction = react(kind=line.number.kind, advanced=line.advanced, blocked=blocked, body=body)
        if reaction.block is True:
            self._blocks.add((line.block_scope, phone))
        elif reaction.block is False:
            self._blocks.discard((line.block_scope, phone))
        return reaction

    async def _deliver(self, message: Message, line: Line, reaction: Reaction) -> Answered:
        if not line.sms_url:
            return Answered("received", None, "no webhook is set for this number")
        parameters = inbound_parameters(message, line, reaction.opt_out_type)
        delivery = await self._call(message, line.sms_url, parameters, line.sms_method)
        problem = delivery.problem
        if problem is None:
            try:
                for text in texts_in(delivery.body, delivery.content_type):
                    self._reply(line, message.phone, text, "app")
            except BadTwiML as error:
                problem = str(error)
        return Answered("received", delivery.http_status, problem, delivery.explanation)

    # --- Both ways ---------------------------------------------------------------------------

    async def _call(self, message: Message, url: str, parameters: dict[str, str], method: str = "POST") -> Delivery:
        token = next(a.auth_token for a in self.directory.accounts if a.sid == message.account_sid)
        return await self.webhooks.call(url, parameters, token=token, method=method)

    def _is_blocked(self, line: Line, phone: str) -> bool:
        return (line.block_scope, phone) in self._blocks

    def _enter(self, message: Message) -> None:
        self.records.add(message)
        self.watchers.tell(message.phone)

    async def _pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds * self.delays.scale)

    def _start(self, story: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(story)
        self._tasks.add(task)  # the event loop itself keeps only weak references
        task.add_done_callback(self._tasks.discard)
        return task
