"""The claim asks everything at that moment: consent, campaign, window, fields, length."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.utils import timezone

from campaigns.models import Attribute, Customer, PhoneNumber
from messaging.actions.campaigns import cancel, end, pause, resume
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.models import Outbound, Run
from messaging.states import Reason, State
from optins.actions.opting_out import opt_out_number
from optins.models import OptInCampaign, Sender
from tests import factories

pytestmark = pytest.mark.django_db

ADA, BOB = "+13135550101", "+13135550102"


@pytest.fixture
def programme(short_code: Sender) -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"], sender=short_code)


def frozen(programme: OptInCampaign, body: str = "Hello", *people: Customer) -> Run:
    """A run whose audience is frozen and of whom nobody has been texted."""
    for person in people or (factories.customer(numbers=[ADA], birth_date="1990-01-01"),):
        factories.subscription(programme, person)
    factories.messaging_campaign(factories.scheduled(programme, body))
    assert start_due() == 1
    return Run.objects.get()


def outcome(number: str = ADA) -> tuple[str, str]:
    row = Outbound.objects.get(number=number)
    return row.state, row.reason


def opted_out(programme: OptInCampaign) -> None:
    opt_out_number(number=ADA, by=factories.TESTS, programme_id=programme.pk)


def suppressed(programme: OptInCampaign) -> None:
    factories.suppression(ADA)


def suppressed_here(programme: OptInCampaign) -> None:
    factories.suppression(ADA, sender=programme.options.sender)


def number_taken_away(programme: OptInCampaign) -> None:
    PhoneNumber.objects.all().delete()


def number_moved_abroad(programme: OptInCampaign) -> None:
    PhoneNumber.objects.update(country="GB")


def restricted(programme: OptInCampaign) -> None:
    OptInCampaign.objects.update(restriction="minimum_age", minimum_age=99)


def out_of_audience(programme: OptInCampaign) -> None:
    rule = {"all": [{"field": "state", "operator": "is", "value": "MI"}]}
    OptInCampaign.objects.update(audience=factories.segment(rule))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (opted_out, Reason.OPTED_OUT),
        (suppressed, Reason.SUPPRESSED),
        (suppressed_here, Reason.SUPPRESSED),
        (number_taken_away, Reason.COUNTRY_NOT_ALLOWED),
        (number_moved_abroad, Reason.COUNTRY_NOT_ALLOWED),
        (restricted, Reason.RESTRICTED),
        (out_of_audience, Reason.NOT_IN_AUDIENCE),
    ],
)
def test_what_changed_since_the_audience_was_frozen_is_asked_again(
    programme: OptInCampaign, change: Callable[[OptInCampaign], None], reason: Reason
) -> None:
    frozen(programme)
    change(programme)
    assert claim_recipients(run=Run.objects.get(), parts=10).texts == []
    assert outcome() == (State.SKIPPED, reason)
    assert Outbound.objects.get().settled_at is not None


def test_a_claim_commits_to_an_attempt_with_the_text_and_the_consent(programme: OptInCampaign) -> None:
    run = frozen(programme)
    (claimed,) = claim_recipients(run=run, parts=10).texts
    row = Outbound.objects.get()
    assert (row.state, row.attempt_id, row.attempts) == ("sending", UUID(claimed.attempt_id), 1)
    assert (row.body, row.parts) == ("Hello", 1)
    assert row.consent_event is not None
    assert row.consent_event.action == "opted_in"
    assert claim_recipients(run=run, parts=10).texts == []


@pytest.mark.parametrize(("verb", "after"), [(pause, "queued"), (cancel, "cancelled"), (end, "cancelled")])
def test_nothing_is_claimed_once_the_campaign_stands_still(
    programme: OptInCampaign, verb: Callable[..., None], after: str
) -> None:
    run = frozen(programme)
    verb(campaign=run.message.campaign, by=factories.TESTS)
    assert claim_recipients(run=run, parts=10).texts == []
    assert outcome()[0] == after


def test_what_waited_in_a_pause_goes_after_it(programme: OptInCampaign) -> None:
    run = frozen(programme)
    pause(campaign=run.message.campaign, by=factories.TESTS)
    resume(campaign=run.message.campaign, by=factories.TESTS)
    assert len(claim_recipients(run=run, parts=10).texts) == 1


def test_what_was_claimed_before_a_cancel_keeps_its_outcome(programme: OptInCampaign) -> None:
    run = frozen(programme, "Hello", *(factories.customer(numbers=[number]) for number in (ADA, BOB)))
    claim_recipients(run=run, parts=1)
    cancel(campaign=run.message.campaign, by=factories.TESTS)
    assert sorted(Outbound.objects.values_list("state", flat=True)) == ["cancelled", "sending"]


def test_fields_are_filled_in_and_who_lacks_one_is_skipped(programme: OptInCampaign) -> None:
    Attribute.objects.create(key="points", type="number")
    rich = factories.customer(numbers=[ADA], attributes={"points": 7})
    poor = factories.customer(numbers=[BOB])
    run = frozen(programme, 'Hi {{ first_name | default: "there" }}: {{ points }}', rich, poor)
    (claimed,) = claim_recipients(run=run, parts=10).texts
    assert claimed.body == "Hi Ada: 7"
    assert outcome(BOB) == (State.SKIPPED, Reason.MISSING_FIELD)


def test_who_makes_the_text_too_long_is_skipped(programme: OptInCampaign) -> None:
    Attribute.objects.create(key="story", type="text")
    run = frozen(programme, "{{ story }}", factories.customer(numbers=[ADA], attributes={"story": "x" * 1601}))
    assert claim_recipients(run=run, parts=10).texts == []
    assert outcome() == (State.SKIPPED, Reason.TOO_LONG)


def test_values_bring_no_fields_of_their_own(programme: OptInCampaign) -> None:
    run = frozen(programme, "Hi {{ first_name }}", factories.customer(numbers=[ADA], first_name="{{ email }}"))
    assert [claimed.body for claimed in claim_recipients(run=run, parts=10).texts] == ["Hi {{ email }}"]


def test_a_window_left_over_from_a_draft_does_not_close_a_scheduled_message(programme: OptInCampaign) -> None:
    factories.subscription(programme, factories.customer(numbers=[ADA]))
    factories.messaging_campaign(factories.scheduled(programme, window_until=timezone.now()))
    start_due()
    assert len(claim_recipients(run=Run.objects.get(), parts=10).texts) == 1


def test_two_people_with_one_phone_get_one_text_as_the_first_to_verify_it(programme: OptInCampaign) -> None:
    later = factories.customer(numbers=[ADA], first_name="Later")
    first = factories.customer(numbers=[ADA], first_name="First", verified=True)
    run = frozen(programme, "Hi {{ first_name }}", first, later)
    assert [claimed.body for claimed in claim_recipients(run=run, parts=10).texts] == ["Hi First"]
    assert Outbound.objects.get(customer=later).reason == Reason.SAME_PHONE


def test_of_two_subscribed_numbers_the_first_verified_is_texted(programme: OptInCampaign) -> None:
    person = factories.customer(numbers=[ADA])
    factories.phone_number(person, BOB, verified=True)
    factories.subscription(programme, person, ADA)
    run = frozen(programme, "Hello", person)
    factories.subscription(programme, person, BOB)
    Outbound.objects.all().delete()
    Run.objects.all().delete()
    start_due()
    run = Run.objects.get()
    assert [claimed.number for claimed in claim_recipients(run=run, parts=10).texts] == [BOB]


def test_of_two_numbers_the_subscribed_one_is_texted_though_the_other_is_verified(programme: OptInCampaign) -> None:
    person = factories.customer(numbers=[ADA])
    factories.phone_number(person, BOB, verified=True)
    run = frozen(programme, "Hello", person)
    assert [claimed.number for claimed in claim_recipients(run=run, parts=10).texts] == [ADA]


def test_who_has_no_phone_and_who_never_opted_in_are_skipped_at_once(programme: OptInCampaign) -> None:
    factories.customer()
    factories.customer(numbers=[BOB])
    run = frozen(programme)
    assert dict(run.recipients.values_list("number", "reason")) == {
        ADA: "", BOB: Reason.NOT_OPTED_IN, "": Reason.NO_PHONE,
    }  # fmt: skip


def test_a_subscription_to_another_programme_is_no_consent(programme: OptInCampaign) -> None:
    other = factories.opt_in_campaign(sender=programme.options.sender)
    person = factories.customer(numbers=[BOB])
    factories.subscription(other, person)
    frozen(programme)
    assert outcome(BOB) == (State.SKIPPED, Reason.NOT_OPTED_IN)
