"""The estimate and the sender ask the same gates: what was promised is what is then sent, whoever the people are."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaigns.models import Attribute, Customer, PhoneNumber
from campaigns.phone import country
from messaging import rendering
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.gates import estimate
from messaging.models import Outbound, Run, SmsMessage
from messaging.queries import has_merge_value, merge_values
from messaging.states import Reason
from optins.actions import ledger
from optins.actions.ledger import Evidence, Method
from optins.models import OptInCampaign, Subscription
from tests import factories

pytestmark = pytest.mark.django_db

NUMBERS = ("+13135550101", "+13135550102", "+13135550103", "+447400123456")
MICHIGAN = {"all": [{"field": "state", "operator": "is", "value": "MI"}]}


@dataclass(frozen=True)
class Phone:
    """What is true of a number, whoever holds it."""

    number: str
    standing: str
    suppressed: str


@dataclass(frozen=True)
class Person:
    state: str
    age: int
    holds: tuple[tuple[int, int | None], ...]  # which number, and how many days ago it was verified
    tier: object = "gold"


STANDINGS = st.sampled_from(["in", "in", "in", "none", "out", "pending"])
SUPPRESSIONS = st.sampled_from(["no", "no", "no", "no", "brand", "sender", "other sender", "lifted"])
PHONES = st.tuples(*(st.builds(Phone, st.just(number), STANDINGS, SUPPRESSIONS) for number in NUMBERS))
HOLDINGS = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 2, 3]), st.none() | st.integers(0, 3)),
    max_size=2,
    unique_by=lambda held: held[0],
)
PEOPLE = st.lists(
    st.builds(
        Person, st.sampled_from(["MI", "MI", "OH"]), st.sampled_from([30, 30, 17]), HOLDINGS.map(tuple),
        st.sampled_from(["gold", "gold", 3, "", None]),
    ),
    max_size=5,
)  # fmt: skip
GOLD = {"tier": "gold"}
ALL_IN = tuple(Phone(number, "in", "no") for number in NUMBERS)
SECOND_IN = (Phone(NUMBERS[0], "none", "no"), *ALL_IN[1:])


def populate(programme: OptInCampaign, people: list[Person], phones: tuple[Phone, ...]) -> None:
    today = timezone.now()
    for person in people:
        born = today.date() - dt.timedelta(days=366 * person.age)
        row = Customer.objects.create(state=person.state, birth_date=born, attributes={"tier": person.tier})
        for which, days in person.holds:
            number = NUMBERS[which]
            verified = None if days is None else today - dt.timedelta(days=days)
            PhoneNumber.objects.create(customer=row, number=number, country=country(number), verified_at=verified)
    for phone in phones:
        stand(programme, phone)


def stand(programme: OptInCampaign, phone: Phone) -> None:
    """Give a number its standing, by the ledger's own functions."""
    evidence = Evidence(method=Method.KEYWORD, sender=programme.options.sender)
    if phone.standing == "pending":
        ledger.ask(number=phone.number, programme=programme, evidence=evidence, until=dt.timedelta(hours=1))
    elif phone.standing != "none":
        ledger.opt_in(number=phone.number, programme=programme, evidence=evidence)
    if phone.standing == "out":
        ledger.opt_out(subscriptions=Q(), number=phone.number, evidence=evidence)
    sender = programme.options.sender
    assert sender is not None
    where = {"brand": None, "sender": sender, "other sender": factories.sender(), "lifted": sender}
    if phone.suppressed != "no":
        factories.suppression(phone.number, sender=where[phone.suppressed])
    if phone.suppressed == "lifted":
        ledger.lift(number=phone.number, sender=sender, evidence=evidence)


def reached(people: list[Person], phones: tuple[Phone, ...]) -> set[str]:
    """Whom the rules let us text, worked out without SQL."""

    def first(person: Person) -> Phone | None:
        """The subscribed number before others, then the first verified, then the oldest."""
        places = [which for which, _ in sorted(person.holds, key=lambda held: (held[1] is None, -(held[1] or 0)))]
        return min((phones[place] for place in places), key=lambda phone: phone.standing != "in", default=None)

    chosen = [first(person) for person in people if person.state == "MI" and person.age >= 21 and person.tier]
    return {
        phone.number
        for phone in chosen
        if phone and phone.standing == "in" and phone.suppressed not in ("brand", "sender") and phone.number[:2] == "+1"
    }


@pytest.fixture
def message() -> SmsMessage:
    programme = factories.opt_in_campaign(restriction="minimum_age", minimum_age=21)
    Attribute.objects.create(key="tier")
    in_michigan = factories.segment(MICHIGAN)
    made = factories.scheduled(programme, segment_in=in_michigan, body="Your tier: {{ tier }}")
    factories.customer(state="MI")
    factories.messaging_campaign(made)
    Customer.objects.all().delete()
    return made


@example(people=[Person("MI", 17, ((0, 3),)), Person("MI", 30, ((0, None),))], phones=ALL_IN)
@example(people=[Person("MI", 30, ((0, 2), (1, None)))], phones=SECOND_IN)
@example(people=[Person("MI", 30, ((0, 1), (1, 2)))], phones=ALL_IN)
@given(people=PEOPLE, phones=PHONES)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_estimate_is_what_is_then_sent(
    message: SmsMessage, people: list[Person], phones: tuple[Phone, ...]
) -> None:
    programme = message.programme
    assert programme is not None
    with transaction.atomic():
        populate(programme, people, phones)
        promised = estimate(message)
        start_due()
        claimed = claim_recipients(run=Run.objects.get(), parts=100).texts
        skipped = Counter(Outbound.objects.filter(state="skipped").values_list("reason", flat=True))
        rows = Outbound.objects.count()
        transaction.set_rollback(True)
    assert (promised.reachable, dict(promised.skipped), promised.people) == (len(claimed), dict(skipped), rows)
    assert rows == sum(person.state == "MI" for person in people)
    assert sorted(text.number for text in claimed) == sorted(reached(people, phones))


@pytest.fixture
def one(message: SmsMessage) -> Customer:
    """Somebody whom the message reaches."""
    person = factories.customer(numbers=[NUMBERS[0]], state="MI", birth_date=dt.date(1990, 1, 1), attributes=GOLD)
    assert message.programme is not None
    factories.subscription(message.programme, person)
    return person


def test_somebody_who_meets_everything_is_reached(message: SmsMessage, one: Customer) -> None:
    told = estimate(message)
    assert (told.people, told.reachable, dict(told.skipped)) == (1, 1, {})


def test_the_messaging_campaigns_own_restriction_counts_too(message: SmsMessage, one: Customer) -> None:
    message.campaign.restriction, message.campaign.minimum_age = "minimum_age", 99
    assert estimate(message).skipped == {Reason.RESTRICTED: 1}


def test_an_unknown_age_counts_as_too_young(message: SmsMessage, one: Customer) -> None:
    Customer.objects.update(birth_date=None)
    assert estimate(message).skipped == {Reason.RESTRICTED: 1}


def test_a_suppression_is_told_before_an_opt_out(message: SmsMessage, one: Customer) -> None:
    Subscription.objects.update(state="opted_out", opted_out_at=timezone.now())
    assert estimate(message).skipped == {Reason.OPTED_OUT: 1}
    factories.suppression(NUMBERS[0])
    assert estimate(message).skipped == {Reason.SUPPRESSED: 1}


def test_a_suppression_of_the_messaging_service_holds_for_its_numbers(message: SmsMessage, one: Customer) -> None:
    assert message.sender is not None
    service = factories.sender(factories.SenderKind.MESSAGING_SERVICE, provider=message.sender.provider)
    message.sender.pool = service
    message.sender.save()
    factories.suppression(NUMBERS[0], sender=service)
    assert estimate(message).skipped == {Reason.SUPPRESSED: 1}


def test_who_lacks_a_value_for_a_field_without_default_is_not_reached(message: SmsMessage, one: Customer) -> None:
    Customer.objects.update(attributes={})
    assert estimate(message).skipped == {Reason.MISSING_FIELD: 1}
    message.body = 'Your tier: {{ tier | default: "silver" }}'
    assert estimate(message).reachable == 1


def test_the_estimate_of_a_body_that_does_not_compile_yet_leaves_its_fields_out(
    message: SmsMessage, one: Customer
) -> None:
    Customer.objects.update(attributes={})
    message.body = "Your tier: {{ tier"
    assert estimate(message).reachable == 1


ODD_TEXTS = st.text(
    st.sampled_from(" \t\n\x1f\x85\xa0\u2003\u200b\u200d\u202f\u205f\u2060\u3000\ufeffxé🙂"), max_size=3
)
STORED = st.one_of(
    ODD_TEXTS, st.none(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 10**18 - 1, 10**18, -(10**18), [], ["x"], {}]),
)  # fmt: skip


@given(value=STORED)
@example(value="\u2028")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_and_rendering_agree_on_what_a_value_is(value: object) -> None:
    row = Customer.objects.create(attributes={"tier": value}, first_name=value if isinstance(value, str) else "")
    for name in ("tier", "first_name", "birth_date", "unheard_of"):
        try:
            rendering.compile("{{" + name + "}}").render(merge_values(row))
            readable = True
        except rendering.MissingValue:
            readable = False
        assert Customer.objects.filter(has_merge_value(name), pk=row.pk).exists() == readable


def test_a_message_without_sender_or_programme_has_no_estimate() -> None:
    with pytest.raises(ValueError, match="without programme or sender"):
        estimate(SmsMessage(campaign=factories.messaging_campaign(live=False)))
