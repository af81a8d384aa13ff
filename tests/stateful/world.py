"""The product at work beside the model: each step is done in both, and `settle` holds one against the other.

What was sent is read from the carrier's own record, and what stands from the rows; neither from what a verb returned.
"""

import io
import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models.functions import Now

from campaigns.models import Customer, CustomerImport, PhoneNumber
from messaging.actions.erasing import erase_customer, erase_number
from messaging.actions.listening.drifting import check_drift
from messaging.actions.runs.lifecycle import start_due
from messaging.models import MessagingCampaign, Outbound
from messaging.simulator.accounts import JAN_SERVICE
from messaging.states import State
from optins.actions.imports import import_now, undo_now
from optins.actions.opting_out import lapse_pending, opt_out_number
from optins.actions.reviews import read_as_no_opt_out, read_as_opt_out
from optins.keywords import SenderKind
from optins.models import (
    GlobalCampaign,
    OptInCampaign,
    OptOutReview,
    Sender,
    Subscription,
    Suppression,
    digest_of,
)
from optins.rebuilding import differences
from optins.verifying import Walk, faults
from tests import factories
from tests.fixtures.product import LONG_CODE, SHORT_CODE, Product
from tests.optins.api.conftest import Caller, texted_code
from tests.stateful.model import LONG, POOL, SENDERS, SHORT, Model, Programme

PEOPLE = 4
POOL_NUMBER = "+13125550166"
_ADDRESSES = {SHORT: SHORT_CODE, LONG: LONG_CODE, POOL: POOL_NUMBER}
_worlds, _serial = itertools.count(1), itertools.count(1)
_NOWHERE = "http://127.0.0.1:9/webhooks/twilio/inbound"


@dataclass
class Launch:
    """A scheduled message whose audience is not written yet."""

    programme: Programme
    body: str


@dataclass
class Waiting:
    """One campaign text on its way to one number: may it arrive, and must it?"""

    number: str
    programme: Programme
    body: str
    is_due: bool = True
    must: bool = True


class World:
    """People and programmes of their own in a product that others were in before."""

    def __init__(self, product: Product, webhook: str) -> None:
        self.product, self.webhook = product, webhook
        product.simulator.reset()
        product.simulator.deliver_inbound_to(webhook)
        self.serial = next(_worlds)
        if not GlobalCampaign.objects.exists():
            factories.global_campaign(sender=product.short_code)
            factories.customer()  # a campaign that is meant for nobody is not launched
        self.senders = {SHORT: product.short_code, LONG: product.long_code, POOL: self._pool()}
        self.campaigns: dict[str, OptInCampaign] = {}
        self.model = Model([self._programme(sender, asks) for sender in SENDERS for asks in (False, True)])
        self.numbers = [f"+1313971{5000 + PEOPLE * self.serial + place}" for place in range(PEOPLE)]
        self.ids = {number: f"known-{number[1:]}" for number in self.numbers}
        self.caller = Caller(factories.api_app(campaign=next(iter(self.campaigns.values()))))
        for number in self.numbers:
            self.model.person(number)
        self.launches: list[Launch] = []
        self.waiting: list[Waiting] = []
        self.listening: list[tuple[Programme, str, bool]] = []
        self.imports: list[CustomerImport] = []
        self._messaging: list[MessagingCampaign] = []
        self._expected: dict[str, list[range]] = {number: [] for number in self.numbers}
        self._told: set[str] = set()
        self.steps = self.marketing = 0

    def _pool(self) -> Sender:
        """A messaging service with Advanced Opt-Out; some worlds never add its number one by one."""
        service, _ = Sender.objects.get_or_create(
            provider=self.product.provider, address=JAN_SERVICE.sid, kind=SenderKind.MESSAGING_SERVICE,
            defaults={"advanced_opt_out": True, "parts_per_second": 1000},
        )  # fmt: skip
        if self.serial % 2:
            Sender.objects.get_or_create(
                provider=self.product.provider, address=POOL_NUMBER, kind=SenderKind.LONG_CODE,
                defaults={"pool": service, "parts_per_second": 1000},
            )  # fmt: skip
        return service

    def _programme(self, sender: str, asks: bool) -> Programme:
        name = f"{'ASK' if asks else 'OFFER'}{sender.upper()}{self.serial}"
        ours = self.senders[sender]
        self.campaigns[name] = factories.opt_in_campaign(keywords=[name], sender=ours, double_opt_in=asks)
        return Programme(name, sender, asks)

    # What happens, in both worlds.

    def text(self, number: str, sender: str, body: str) -> None:
        self.steps += 1
        said = self.product.simulator.text_in(number, _ADDRESSES[sender], body)
        assert said["webhook_status"] == 200, said
        self._expected[number].append(self.model.text(number, sender, body))
        self._review_waiting()

    def lose_a_stop(self, number: str, sender: str, *, is_refused: bool) -> None:
        """A STOP whose webhook never reached us is found in Twilio's list, maybe after it has refused a text."""
        self.settle()
        self.steps += 1
        self.product.simulator.deliver_inbound_to(_NOWHERE)
        self.product.simulator.text_in(number, _ADDRESSES[sender], "STOP")
        self.product.simulator.deliver_inbound_to(self.webhook)
        self._told |= {text["sid"] for text in self.product.simulator.messages(number)}
        self.model.person(number).blocked.add(sender)
        if is_refused:
            joined = next(p for p in self.model.programmes.values() if p.sender == sender and self._may(number, p))
            self.launch(joined.name)
            self.settle()
        check_drift()
        self.model.text(number, sender, "STOP")
        self._review_waiting()

    def may_be_refused(self) -> list[tuple[str, str]]:
        """Who would be texted now from a sender where Twilio blocks."""
        blocking = [programme for programme in self.model.programmes.values() if programme.sender != SHORT]
        return [(n, programme.sender) for n in self.numbers for programme in blocking if self._may(n, programme)]

    def asked(self) -> list[tuple[str, str]]:
        """Whose YES a programme waits for, and the sender that asked."""
        asking = [programme for programme in self.model.programmes.values() if programme.asks]
        return [(n, p.sender) for n in self.numbers for p in asking if p.name in self.model.person(n).asked]

    def wanted(self) -> list[str]:
        """The programmes of which somebody would be texted now."""
        programmes = self.model.programmes
        return [name for name in programmes if any(self._may(number, programmes[name]) for number in self.numbers)]

    def staff_opts_out(self, number: str) -> None:
        self.steps += 1
        opt_out_number(number=number, by=factories.TESTS, reason="Called us")
        self.model.person(number).leave()
        self._may_stop_answers(number)

    def app_opts_out(self, number: str) -> None:
        self.steps += 1
        status, _ = self.caller.post(f"/external/users/{self.ids[number]}/opt_out", {"to_phone_number": number})
        if status == 200:
            self.model.person(number).leave()
        assert (status == 200) == self.is_on_file(number), status
        self._may_stop_answers(number)

    def decide(self, number: str, *, is_opt_out: bool) -> None:
        """Staff read the texts of a number that wait; the last one that it waits for decides."""
        self.steps += 1
        person = self.model.person(number)
        for review in OptOutReview.objects.filter(number=number, state=OptOutReview.State.WAITING):
            if is_opt_out:
                at = SHORT if review.sender_id == self.product.short_code.pk else LONG
                read_as_opt_out(review=review, by=factories.TESTS)
                person.leave(at=at)
                break
            read_as_no_opt_out(review=review, by=factories.TESTS, reason="Spoke of a shop")
            person.in_doubt = False
        self._may_stop_answers(number)

    def import_people(self, numbers: Iterable[str], *, have_left: bool) -> None:
        """A file names people. It ends the consent of those of whom it says that they left, and raises nobody's."""
        self.steps += 1
        lines = [f"{self.ids[number]},{number},{'yes' if have_left else ''}" for number in numbers]
        file = io.BytesIO("\n".join(("external_id,phone,opted_out", *lines)).encode())
        done = import_now(file_name="people.csv", stream=file, by=factories.TESTS)
        assert (done.state, done.rejected) == ("done", 0), done.problem
        self.imports.append(done)
        for number in numbers if have_left else ():
            self.model.person(number).leave_by_import(done.pk)
            self._may_stop_answers(number)

    def undo_an_import(self, place: int) -> None:
        """One of the imports is taken back: what it lowered stands again where nothing happened since."""
        self.steps += 1
        row = self.imports.pop(place % len(self.imports))
        assert undo_now(row=row, reason="The wrong file", by=factories.TESTS).state == "undone"
        for number in self.numbers:
            self.model.person(number).undo_import(row.pk)

    def enter_a_code(self, number: str, name: str, *, is_right: bool) -> None:
        """An app asks for a code, the person reads it from the handset, and the app confirms it."""
        self.settle()
        self.steps += 1
        campaign, known = self.campaigns[name], self.ids[number]
        status, answer = self.caller.request_code(known, number, campaign_id=campaign.pk)
        programme = self.model.programmes[name]
        barred = self.model.person(number).is_barred(programme.sender)
        assert (status == 200) == (self.is_known(number) and not barred), answer
        if status == 200:
            code = texted_code(number)
            typed = code if is_right else f"{(int(code) + 1) % 1_000_000:06d}"
            status, answer = self.caller.confirm_code(known, number, typed)
            assert (status == 200) == is_right, answer
            if is_right:
                self.model.prove(number, programme)
        self._expected[number] += [range(4), range(4)]
        self.settle()

    def erase(self, number: str) -> None:
        """Everybody who holds the number is erased, or the number alone where nobody does."""
        self.settle()
        self.steps += 1
        reason = "Wrote to privacy@acme.example"
        holders = Customer.objects.filter(phone_numbers__number=number)
        for customer in holders:
            erase_customer(customer=customer, by=factories.TESTS, reason=reason)
        if not holders:
            erase_number(number=number, by=factories.TESTS, reason=reason)
        self.model.person(number).forget()
        self._review_waiting()

    def launch(self, name: str) -> None:
        self.steps += 1
        self.launches.append(Launch(self.model.programmes[name], _new_body()))
        message = factories.scheduled(self.campaigns[name], self.launches[-1].body)
        self._messaging.append(factories.messaging_campaign(message))

    def listen(self, name: str, *, is_delayed: bool) -> None:
        """A triggered message that is sent at once, or hours after what a person did."""
        self.steps += 1
        body, delay = _new_body(), {"delay_amount": 2, "delay_unit": "hours"} if is_delayed else {}
        message = factories.triggered(self.campaigns[name], f"bought-{self.serial}", body, **delay)
        self._messaging.append(factories.messaging_campaign(message))
        self.listening.append((self.model.programmes[name], body, is_delayed))

    def tell(self, number: str, *, times: int) -> None:
        """An app tells what a person did; told again it is the same event."""
        self.steps += 1
        path, event = f"/external/users/{self.ids[number]}/events", f"event-{next(_serial)}"
        for _ in range(times):
            status, answer = self.caller.post(path, {"event_id": event, "name": f"bought-{self.serial}"})
            assert (status == 200) == self.is_known(number), answer
        if self.is_on_file(number):
            for programme, body, is_delayed in self.listening:
                if self._may(number, programme):
                    self.waiting.append(Waiting(number, programme, body, is_due=not is_delayed))

    def freeze(self) -> None:
        """The audiences are written; nothing is sent yet."""
        self.steps += 1
        start_due()
        self._freeze_model()

    def a_day_passes(self) -> None:
        """What was delayed is due, and whoever was asked and did not answer is asked no more."""
        self.steps += 1
        Outbound.objects.filter(number__in=self.numbers, state=State.QUEUED).update(due_at=Now())
        Subscription.objects.filter(number__in=self.numbers, pending_until__isnull=False).update(pending_until=Now())
        lapse_pending()
        self.model.a_day_passes()
        for text in self.waiting:
            text.is_due = True

    def storm(self, *, lost_answer: bool) -> None:
        """The next texts' callbacks come many times and out of order; or the answer to one is lost."""
        self.steps += 1
        fault = {"do": "error", "taken": True} if lost_answer else {"do": "storm", "times": 2}
        self.product.simulator.order_fault(on="create", **fault)

    # What must hold.

    def settle(self) -> None:
        """Everything that is due happens, and what the handsets got is held against the model."""
        self._freeze_model()
        self.product.work()
        texts = [text for text in self.product.simulator.messages() if text["direction"] == "received"]
        fresh = [text for text in texts if text["status"] == "delivered" and text["sid"] not in self._told]
        self._told |= {text["sid"] for text in texts}
        self._check_campaigns(Counter((text["to"], text["body"]) for text in fresh if _is_marketing(text)))
        self._check_answers(Counter(str(text["to"]) for text in fresh if not _is_marketing(text)))
        self._check_standing()

    def _may_stop_answers(self, number: str) -> None:
        """What the number was owed and not yet sent is not sent where it is barred now."""
        self._expected[number].append(range(1))
        self._review_waiting()

    def _check_campaigns(self, got: Counter[tuple[str, str]]) -> None:
        may: Counter[tuple[str, str]] = Counter()
        must: Counter[tuple[str, str]] = Counter()
        for text in (text for text in self.waiting if text.is_due and self._may(text.number, text.programme)):
            may[text.number, text.body] += 1
            if text.programme.sender not in self.model.person(text.number).blocked:
                must[text.number, text.body] += text.must
            elif text.must:
                self.model.refused(text.number, text.programme.sender)
        self.marketing += got.total()
        unlawful = got.keys() - may.keys()
        assert not unlawful, f"without standing consent: {unlawful}"
        assert got <= may, f"more than once: {got - may}"
        assert must <= got, f"never came: {must - got}"
        self.waiting = [text for text in self.waiting if not text.is_due]
        self._review_waiting()

    def _check_answers(self, answers: Counter[str]) -> None:
        for number, expected in self._expected.items():
            # What one text is answered may be stopped by the next, so that only a text alone has a least.
            least = expected[0].start if len(expected) == 1 else 0
            most = sum(each.stop - 1 for each in expected)
            assert least <= answers[number] <= most, f"{number} got {answers[number]} answers, not {least} to {most}"
            expected.clear()

    def _check_standing(self) -> None:
        by_campaign = {campaign.pk: name for name, campaign in self.campaigns.items()}
        standing = list(
            Subscription.objects.filter(number__in=self.numbers).values_list("number", "programme", "state")
        )
        waiting = OptOutReview.objects.filter(number__in=self.numbers, state=OptOutReview.State.WAITING)
        in_doubt = set(waiting.values_list("number", flat=True))
        for number in self.numbers:
            person = self.model.person(number)
            for state, said in (("opted_in", person.joined), ("pending", person.asked)):
                rows = {by_campaign[pk] for held, pk, is_in in standing if held == number and is_in == state}
                assert rows == said, f"{number} {state}: {rows}, not {said}"
            assert self._barred(number) == person.barred, f"{number} is barred by {self._barred(number)}"
            assert (number in in_doubt) == person.in_doubt, f"{number} in review"

    def check_proof(self) -> None:
        """Each text names the consent that allowed it; the ledger is whole, and explains all that stands."""
        sent = Outbound.objects.filter(kind="campaign", number__in=self.numbers).exclude(
            state__in=[State.QUEUED, State.SKIPPED, State.CANCELLED]
        )
        for text in sent.select_related("run", "consent_event"):
            event = text.consent_event
            assert event is not None, f"text {text.pk} names no consent"
            assert text.run is not None
            assert (event.action, event.programme_id) == ("opted_in", text.run.programme_id)
            assert event.number_digest == digest_of(text.number)
            assert text.claimed_at is not None
            assert event.at <= text.claimed_at
        mine = [digest_of(number) for number in self.numbers]
        broken, unexplained = list(faults(walk=Walk(), digests=mine)), list(differences())
        assert not broken, f"the ledger is not as it was written: {broken}"
        assert not unexplained, f"the ledger does not explain: {unexplained}"

    def is_known(self, number: str) -> bool:
        return Customer.objects.filter(external_id=self.ids[number]).exists()

    def is_on_file(self, number: str) -> bool:
        return PhoneNumber.objects.filter(number=number, customer__external_id=self.ids[number]).exists()

    def _barred(self, number: str) -> set[str]:
        names: dict[int | None, str] = {None: "brand", **{sender.pk: name for name, sender in self.senders.items()}}
        rows = Suppression.objects.filter(number_digest=digest_of(number), lifted_at__isnull=True)
        return {names[sender] for sender in rows.values_list("sender", flat=True)}

    def _may(self, number: str, programme: Programme) -> bool:
        return self.model.person(number).may_get(programme)

    def _freeze_model(self) -> None:
        for launch in self.launches:
            to = [n for n in self.numbers if self._may(n, launch.programme)]
            self.waiting += [Waiting(number, launch.programme, launch.body) for number in to]
        self.launches = []

    def _review_waiting(self) -> None:
        """Who lost the right since it was written need not get a text, even with the right back."""
        for text in self.waiting:
            text.must = text.must and self._may(text.number, text.programme)


def _new_body() -> str:
    return f"Sale {next(_serial)} at Acme"


def _is_marketing(text: Mapping[str, object]) -> bool:
    return str(text["body"]).startswith("Sale ")
