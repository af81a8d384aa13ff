"""The ledger: append-only, one entry for each change of state, and suppressions that stand beside it."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from campaigns.models import Customer
from optins.actions import ledger
from optins.actions.ledger import Action, Entry, Evidence, Method
from optins.models import ConsentEvent, OptInCampaign, PersonalEvidence, Subscription, Suppression, digest_of
from optins.verifying import Walk, faults
from tests import factories
from tests.optins.texting import ADA, BOB, standing

pytestmark = pytest.mark.django_db

EVIDENCE = Evidence(method=Method.KEYWORD)
BRAND = Suppression.Reason.STOP


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


def opted_in(programme: OptInCampaign) -> Subscription:
    return ledger.opt_in(number=ADA, programme=programme, evidence=EVIDENCE)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE optins_consentevent SET action = 'opted_in'",
        "UPDATE optins_consentevent SET id = id",
        "DELETE FROM optins_consentevent",
    ],
)
def test_the_database_refuses_to_change_an_entry(programme: OptInCampaign, statement: str) -> None:
    opted_in(programme)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert factories.ledger_of(ADA) == ["opted_in"]


def test_the_models_own_ways_are_refused_too(programme: OptInCampaign) -> None:
    event = opted_in(programme).consent_event
    event.reason = "edited"
    for deed in (event.save, event.delete, ConsentEvent.objects.all().delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            deed()


def test_an_entry_outlives_the_customer(programme: OptInCampaign) -> None:
    person = factories.customer(numbers=[ADA])
    factories.subscription(programme, person)
    factories.suppression(ADA)
    Customer.objects.all().delete()
    assert factories.ledger_of(ADA) == ["opted_in", "suppressed"]
    assert Subscription.objects.get().customer is None
    assert Suppression.objects.get().lifted_at is None


def test_each_change_of_standing_has_its_entry_and_points_at_it(programme: OptInCampaign) -> None:
    seen = []
    until = dt.timedelta(hours=1)
    for change in (
        lambda: ledger.ask(number=ADA, programme=programme, evidence=EVIDENCE, until=until),
        lambda: opted_in(programme),
        lambda: ledger.opt_out(subscriptions=Q(), number=ADA, evidence=EVIDENCE),
        lambda: ledger.ask(number=ADA, programme=programme, evidence=EVIDENCE, until=until),
        lambda: ledger.lapse(Subscription.objects.all(), evidence=EVIDENCE),
    ):
        change()
        subscription = Subscription.objects.get()
        assert subscription.consent_event == ConsentEvent.objects.first()
        assert subscription.consent_event.programme_id == programme.pk
        seen.append(subscription.state)
    assert seen == ["pending", "opted_in", "opted_out", "pending", "expired"]
    assert factories.ledger_of(ADA) == ["asked", "opted_in", "opted_out", "asked", "lapsed"]


def test_ending_what_has_ended_writes_nothing(programme: OptInCampaign) -> None:
    opted_in(programme)
    ends = [ledger.opt_out(subscriptions=Q(), number=ADA, evidence=EVIDENCE) for _ in range(2)]
    assert ends == [1, 0]
    assert factories.ledger_of(ADA) == ["opted_in", "opted_out"]


def test_ending_one_programme_leaves_the_others(programme: OptInCampaign) -> None:
    opted_in(programme)
    ledger.opt_in(number=ADA, programme=factories.opt_in_campaign(), evidence=EVIDENCE)
    ledger.opt_in(number=BOB, programme=programme, evidence=EVIDENCE)
    assert ledger.opt_out(subscriptions=Q(programme=programme), number=ADA, evidence=EVIDENCE) == 1
    assert (standing(), standing(BOB)) == (["opted_out", "opted_in"], ["opted_in"])


def test_the_current_standing_follows_from_the_ledger(programme: OptInCampaign) -> None:
    opted_in(programme)
    ledger.opt_out(subscriptions=Q(), number=ADA, evidence=EVIDENCE)
    opted_in(programme)
    last = ConsentEvent.objects.of(ADA).filter(programme=programme).first()
    assert last is not None
    assert (last.action, Subscription.objects.get().state) == (Action.OPTED_IN, "opted_in")


def test_a_number_is_suppressed_once_until_it_is_lifted() -> None:
    sender = factories.sender()
    for _ in range(2):
        ledger.suppress(number=ADA, sender=sender, reason=BRAND, evidence=EVIDENCE)
    ledger.lift(number=ADA, sender=sender, evidence=EVIDENCE)
    ledger.lift(number=ADA, sender=sender, evidence=EVIDENCE)
    ledger.suppress(number=ADA, sender=sender, reason=BRAND, evidence=EVIDENCE)
    assert factories.ledger_of(ADA) == ["suppressed", "lifted", "suppressed"]
    assert Suppression.objects.count() == 2


def test_lifting_takes_the_brand_row_and_the_senders_own_and_no_other() -> None:
    here, there = factories.sender(), factories.sender()
    for sender in (None, here, there):
        ledger.suppress(number=ADA, sender=sender, reason=BRAND, evidence=EVIDENCE)
    ledger.suppress(number=BOB, sender=here, reason=BRAND, evidence=EVIDENCE)
    ledger.lift(number=ADA, sender=here, evidence=EVIDENCE)
    left = Suppression.objects.filter(lifted_at__isnull=True).values_list("number", "sender")
    assert set(left) == {(ADA, there.pk), (BOB, here.pk)}


@pytest.mark.parametrize("sender", [None, "one"])
def test_the_database_holds_one_standing_suppression(sender: str | None) -> None:
    where = factories.sender() if sender else None
    ledger.suppress(number=ADA, sender=where, reason=BRAND, evidence=EVIDENCE)
    event = ConsentEvent.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(
            number=ADA, number_digest=digest_of(ADA), sender=where, reason=BRAND, consent_event=event
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "pending", "pending_until": None},
        {"state": "opted_out"},
        {"number": "13135550101"},
        {"number": "97865"},
    ],
)
def test_the_database_refuses_a_standing_without_its_time_or_number(
    programme: OptInCampaign, wrong: dict[str, str | None]
) -> None:
    opted_in(programme)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.update(**wrong)


def test_only_an_ended_subscription_can_be_restored(programme: OptInCampaign) -> None:
    opted_in(programme)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.update(stopped_on=programme.options.sender)


def test_a_long_user_agent_and_many_words_are_kept(programme: OptInCampaign) -> None:
    evidence = Evidence(method=Method.CODE, user_agent="x" * 5000, wording="w" * 5000, ip="2001:db8::1")
    ledger.opt_in(number=ADA, programme=programme, evidence=evidence)
    event = ConsentEvent.objects.get()
    assert (len(event.user_agent), len(event.wording), event.ip) == (255, 5000, "2001:db8::1")


def test_time_is_the_databases(programme: OptInCampaign) -> None:
    opted_in(programme)
    assert ConsentEvent.objects.filter(at__lte=Now()).exists()


def test_the_entries_of_a_number_are_a_chain_of_its_own(programme: OptInCampaign) -> None:
    opted_in(programme)
    ledger.opt_in(number=BOB, programme=programme, evidence=EVIDENCE)
    ledger.opt_out(subscriptions=Q(), number=ADA, evidence=EVIDENCE)
    first, second = ConsentEvent.objects.of(ADA).order_by("sequence")
    assert (first.sequence, second.sequence, second.previous) == (1, 2, first.digest)
    assert ConsentEvent.objects.of(BOB).get().sequence == 1


def test_entries_that_are_written_at_once_follow_upon_one_another(programme: OptInCampaign) -> None:
    ledger.append([Entry(number=number, action=Action.VERIFIED, evidence=EVIDENCE) for number in (ADA, BOB, ADA)])
    assert [entry.sequence for entry in ConsentEvent.objects.of(ADA).order_by("sequence")] == [1, 2]
    assert list(faults(walk=Walk())) == []


def test_the_database_refuses_a_second_entry_in_one_place(programme: OptInCampaign) -> None:
    event = opted_in(programme).consent_event
    event.pk = None
    with pytest.raises(IntegrityError, match="consent_event_one_chain"), transaction.atomic():
        event.save(force_insert=True)


def test_the_database_refuses_an_entry_outside_the_chain(programme: OptInCampaign) -> None:
    with pytest.raises(IntegrityError, match="consent_event_is_chained"), transaction.atomic():
        ConsentEvent.objects.create(action=Action.OPTED_IN, method=Method.KEYWORD, sequence=1)


@pytest.mark.parametrize("ip", ["192.0.2.1", "2001:DB8::0:1", "::ffff:192.0.2.1", None])
def test_an_entry_reads_back_as_it_was_committed_to(programme: OptInCampaign, ip: str | None) -> None:
    words = "Ünï “code” \t 😀 é"
    evidence = Evidence(method=Method.CODE, ip=ip, inbound_text=words, wording=words, user_agent="x" * 300)
    ledger.opt_in(number=ADA, programme=programme, evidence=evidence)
    assert list(faults(walk=Walk())) == []
    assert len(ConsentEvent.objects.get().wording_version) == 12


def test_personal_evidence_is_not_changed(programme: OptInCampaign) -> None:
    opted_in(programme)
    with pytest.raises(IntegrityError, match="erased or left"), transaction.atomic():
        PersonalEvidence.objects.update(inbound_text="YES")
