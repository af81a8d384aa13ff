"""The product at work beside the model: each step is done in both, and `settle` holds one against the other.

What was sent is read from the carrier's own record, and what stands from the rows; neither from what a verb returned.
"""

import io
import itertools
from collections import Counter
from dataclasses import dataclass

from campaigns.models import Customer, PhoneNumber
from messaging.actions.erasing import erase_customer, erase_number
from messaging.actions.runs import start_due
from messaging.models import Outbound
from messaging.states import State
from optins.actions.imports import import_now
from optins.actions.opting_out import opt_out_number
from optins.actions.reviews import read_as_no_opt_out, read_as_opt_out
from optins.models import ConsentEvent, OptInCampaign, OptOutReview, Subscription, Suppression, digest_of
from optins.rebuilding import differences
from optins.verifying import Walk, faults
from tests import factories
from tests.fixtures.product import LONG_CODE, SHORT_CODE, Product
from tests.optins.api.conftest import Caller, texted_code
from tests.stateful.model import LONG, SHORT, Model, Programme

PEOPLE = 4
_ADDRESSES = {SHORT: SHORT_CODE, LONG: LONG_CODE}
_serial = itertools.count(1)
_NOWHERE = "http://127.0.0.1:9/webhooks/twilio/inbound"


@dataclass
class Firing:
    """A campaign text on its way: who may get it, and who must."""

    programme: Programme
    body: str
    frozen: bool = False
    may: frozenset[str] = frozenset()
    must: frozenset[str] = frozenset()


class World:
    """People and programmes of their own in a product that others were in before."""

    def __init__(self, product: Product, webhook: str) -> None:
        self.product, self.webhook = product, webhook
        product.simulator.reset()
        product.simulator.deliver_inbound_to(webhook)
        serial = next(_serial)
        self.campaigns: dict[str, OptInCampaign] = {}
        programmes = []
        for sender, asks in ((SHORT, False), (SHORT, True), (LONG, False), (LONG, True)):
            name = f"{'ASK' if asks else 'OFFER'}{sender.upper()}{serial}"
            ours = product.short_code if sender == SHORT else product.long_code
            self.campaigns[name] = factories.opt_in_campaign(keywords=[name], sender=ours, double_opt_in=asks)
            programmes.append(Programme(name, sender, asks))
        self.model = Model(programmes)
        self.numbers = [f"+1313971{5000 + PEOPLE * serial + place}" for place in range(PEOPLE)]
        self.ids = {number: f"known-{number[1:]}" for number in self.numbers}
        self.caller = Caller(factories.api_app(campaign=self.campaigns[programmes[0].name]))
        for number in self.numbers:
            self.model.person(number)
        self.firings: list[Firing] = []
        self._expected: dict[str, list[range]] = {number: [] for number in self.numbers}
        self._told: set[str] = set()
        self.steps = 0

    # What happens, in both worlds.

    def text(self, number: str, sender: str, body: str) -> None:
        self.steps += 1
        said = self.product.simulator.text_in(number, _ADDRESSES[sender], body)
        assert said["webhook_status"] == 200, said
        self._expected[number].append(self.model.text(number, sender, body))
        self._review_firings()

    def lose_a_stop(self, number: str) -> None:
        """A STOP to the long code whose webhook never reached us: Twilio blocks, and we learn it by 21610."""
        self.settle()
        self.steps += 1
        self.product.simulator.deliver_inbound_to(_NOWHERE)
        self.product.simulator.text_in(number, LONG_CODE, "STOP")
        self.product.simulator.deliver_inbound_to(self.webhook)
        self.model.person(number).blocked = True
        self._told |= {text["sid"] for text in self.product.simulator.messages(number)}
        joined = next(p for p in self.model.programmes.values() if p.sender == LONG and self._may(number, p))
        self.launch(joined.name)
        self.settle()

    def may_lose_a_stop(self) -> list[str]:
        """Who would be texted from the long code now."""
        from_there = [programme for programme in self.model.programmes.values() if programme.sender == LONG]
        return [n for n in self.numbers if any(self._may(n, programme) for programme in from_there)]

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

    def import_everybody(self) -> None:
        """A file names all of them. It changes nobody's consent."""
        self.steps += 1
        lines = [f"{known},{number}" for number, known in self.ids.items()]
        file = io.BytesIO("\n".join(("external_id,phone", *lines)).encode())
        done = import_now(file_name="all.csv", stream=file, by=factories.TESTS)
        assert (done.state, done.rejected) == ("done", 0)

    def enter_a_code(self, number: str, name: str, *, is_right: bool) -> None:
        """An app asks for a code, the person reads it from the handset, and the app confirms it."""
        self.settle()
        self.steps += 1
        campaign, known = self.campaigns[name], self.ids[number]
        status, answer = self.caller.request_code(known, number, campaign_id=campaign.pk)
        programme = self.model.programmes[name]
        barred = self.model.person(number).is_barred(programme.sender)
        assert (status == 200) == (self.is_on_file(number) and not barred), answer
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
        self._review_firings()

    def launch(self, name: str) -> None:
        self.steps += 1
        body = f"Sale {next(_serial)} at Acme"
        factories.messaging_campaign(factories.scheduled(self.campaigns[name], body))
        self.firings.append(Firing(self.model.programmes[name], body))

    def freeze(self) -> None:
        """The audiences are written; nothing is sent yet."""
        self.steps += 1
        start_due()
        self._freeze_model()

    def storm(self, *, lost_answer: bool) -> None:
        """The next texts' callbacks come many times and out of order; or the answer to one is lost."""
        self.steps += 1
        fault = {"do": "error", "taken": True} if lost_answer else {"do": "storm", "times": 2}
        self.product.simulator.order_fault(on="create", **fault)

    # What must hold.

    def settle(self) -> None:
        """Everything that is due happens, and what the handsets got is held against the model."""
        self._freeze_model()
        for firing in self.firings:
            firing.may = frozenset(n for n in firing.may if self._may(n, firing.programme))
        self.product.work()
        texts = [text for text in self.product.simulator.messages() if text["direction"] == "received"]
        delivered = [text for text in texts if text["status"] == "delivered"]
        for firing in self.firings:
            self._check_firing(firing, Counter(text["to"] for text in delivered if text["body"] == firing.body))
        self.firings = []
        self._check_answers([text for text in delivered if text["sid"] not in self._told])
        self._told |= {text["sid"] for text in texts}
        self._check_standing()

    def _may_stop_answers(self, number: str) -> None:
        """What the number was owed and not yet sent is not sent where it is barred now."""
        self._expected[number].append(range(1))
        self._review_firings()

    def _check_firing(self, firing: Firing, got: Counter[str]) -> None:
        assert not got or max(got.values()) == 1, f"{firing.body} came twice: {got}"
        unlawful = got.keys() - firing.may
        assert not unlawful, f"{firing.body} without standing consent to {unlawful}"
        blocked = {n for n in firing.may if firing.programme.sender == LONG and self.model.person(n).blocked}
        missed = firing.must - got.keys() - blocked
        assert not missed, f"{firing.body} never came to {missed}"
        for number in firing.must & blocked:
            self.model.refused(number)

    def _check_answers(self, fresh: list[dict[str, object]]) -> None:
        answers = Counter(str(text["to"]) for text in fresh if not str(text["body"]).startswith("Sale "))
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
        mine = ConsentEvent.objects.filter(number_digest__in=[digest_of(number) for number in self.numbers])
        broken, unexplained = list(faults(mine, walk=Walk())), list(differences())
        assert not broken, f"the ledger is not as it was written: {broken}"
        assert not unexplained, f"the ledger does not explain: {unexplained}"

    def is_on_file(self, number: str) -> bool:
        return PhoneNumber.objects.filter(number=number, customer__external_id=self.ids[number]).exists()

    def _barred(self, number: str) -> set[str]:
        names = {None: "brand", self.product.short_code.pk: SHORT, self.product.long_code.pk: LONG}
        rows = Suppression.objects.filter(number_digest=digest_of(number), lifted_at__isnull=True)
        return {names[sender] for sender in rows.values_list("sender", flat=True)}

    def _may(self, number: str, programme: Programme) -> bool:
        return self.model.person(number).may_get(programme)

    def _freeze_model(self) -> None:
        for firing in self.firings:
            if not firing.frozen:
                firing.frozen = True
                firing.may = frozenset(n for n in self.numbers if self._may(n, firing.programme))
                firing.must = firing.may
        self._review_firings()

    def _review_firings(self) -> None:
        """Who lost the right since the audience was written need not get the text, even with the right back."""
        for firing in self.firings:
            if firing.frozen:
                firing.must = frozenset(n for n in firing.must if self._may(n, firing.programme))
