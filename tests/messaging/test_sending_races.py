"""Workers, texts and clicks at the same moment: real transactions in threads of their own."""

import datetime as dt
import threading
import time
import uuid
from functools import partial

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from messaging.actions.campaigns import cancel
from messaging.actions.listening.callbacks import merge_callbacks, store_callback
from messaging.actions.listening.receiving import take_inbound
from messaging.actions.runs import lifecycle
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.runs.outbox import carry_notices
from messaging.actions.runs.triggers import receive_event
from messaging.actions.sending.claiming import claim_recipients
from messaging.models import Inbound, MessagingCampaign, Outbound, Run
from messaging.states import State
from optins.models import Notice, OptInCampaign, Sender, Subscription
from tests import factories
from tests.fixtures.together import together

pytestmark = pytest.mark.django_db(transaction=True)

ADA, BOB = "+13135550101", "+13135550102"


@pytest.fixture
def programme(short_code: Sender) -> OptInCampaign:
    return factories.opt_in_campaign(keywords=["SPRING"], sender=short_code)


def subscribed(programme: OptInCampaign, count: int) -> None:
    for place in range(count):
        factories.subscription(programme, factories.customer(numbers=[f"+1313555{5000 + place}"]))


def text_in(sender: Sender, number: str, body: str, sid: str) -> bool:
    return take_inbound(account_sid=sender.provider.account_sid, sid=sid, number=number, to=sender.address, body=body)


def test_two_schedulers_start_a_message_once(programme: OptInCampaign) -> None:
    subscribed(programme, 3)
    factories.messaging_campaign(factories.scheduled(programme))
    started = together(start_due, start_due, start_due)
    assert sorted(map(str, started)) == ["0", "0", "1"]
    assert (Run.objects.count(), Outbound.objects.count()) == (1, 3)


def test_two_workers_claim_each_row_once(programme: OptInCampaign) -> None:
    subscribed(programme, 12)
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    claim = partial(claim_recipients, run=Run.objects.get(), parts=4)
    chunks = together(claim, claim, claim)
    claimed = [text.outbound_id for chunk in chunks if not isinstance(chunk, Exception) for text in chunk.texts]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == set(Outbound.objects.filter(state=State.SENDING).values_list("pk", flat=True))
    assert set(Outbound.objects.values_list("attempts", flat=True)) <= {0, 1}


def test_two_carriers_of_notices_carry_each_once(programme: OptInCampaign, short_code: Sender) -> None:
    for place in range(6):
        text_in(short_code, f"+1313555{5000 + place}", "HELP", f"SM{place}")
    carried = together(carry_notices, carry_notices)
    assert sum(count for count in carried if isinstance(count, int)) == 6
    assert Outbound.objects.count() == Notice.objects.count() == 6


def test_two_copies_of_one_text_at_once_count_once(programme: OptInCampaign, short_code: Sender) -> None:
    copy = partial(text_in, short_code, ADA, "SPRING", "SM" + "1" * 32)
    assert sorted(map(str, together(copy, copy, copy))) == ["False", "False", "True"]
    assert (Inbound.objects.count(), Notice.objects.count(), Subscription.objects.count()) == (1, 1, 1)


def test_different_texts_of_one_number_at_once_make_one_customer(programme: OptInCampaign, short_code: Sender) -> None:
    deeds = [partial(text_in, short_code, ADA, body, f"SM{body}") for body in ("SPRING", "STOP", "HELP", "YES")]
    assert together(*deeds) == [True] * 4
    assert Inbound.objects.values("number").distinct().count() == 1
    subscription = Subscription.objects.first()
    assert subscription is not None
    assert subscription.customer is not None
    assert subscription.customer.phone_numbers.count() == 1


def test_a_stop_beside_a_claim_comes_before_or_after_it(programme: OptInCampaign, short_code: Sender) -> None:
    subscribed(programme, 8)
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    claim = partial(claim_recipients, run=Run.objects.get(), parts=10)
    stops = [partial(text_in, short_code, f"+1313555{5000 + place}", "STOP", f"SM{place}") for place in range(3)]
    assert not [done for done in together(claim, *stops, claim) if isinstance(done, Exception)]
    # Whatever was not on the wire when the STOP returned never goes.
    stopped = Outbound.objects.filter(number__in=[f"+1313555{5000 + place}" for place in range(3)])
    assert set(stopped.values_list("state", flat=True)) <= {State.SENDING, State.CANCELLED, State.SKIPPED}
    assert claim().texts == []


def test_a_stop_waits_for_the_cancelling_of_a_campaign_and_not_in_a_circle(
    programme: OptInCampaign, short_code: Sender
) -> None:
    subscribed(programme, 5)
    for _ in range(3):
        factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    cancels = [partial(cancel, campaign=row, by=factories.TESTS) for row in MessagingCampaign.objects.all()]
    stops = [partial(text_in, short_code, f"+1313555{5000 + place}", "STOP", f"SM{place}") for place in range(5)]
    assert not [done for done in together(*cancels, *stops) if isinstance(done, Exception)]
    assert set(Outbound.objects.values_list("state", flat=True)) == {State.CANCELLED}


def test_a_refusal_told_beside_a_stop_waits_for_it_and_not_in_a_circle(
    programme: OptInCampaign, short_code: Sender
) -> None:
    subscribed(programme, 4)
    for _ in range(2):
        factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    on_the_wire = claim_recipients(run=Run.objects.earliest("pk"), parts=4).texts
    refuse = partial(store_callback, account_sid=short_code.provider.account_sid, status="failed", error_code=21610)
    for text in on_the_wire:
        refuse(attempt_id=uuid.UUID(text.attempt_id), sid=f"SM{text.outbound_id}")
    stops = [partial(text_in, short_code, text.number, "STOP", f"SMin{text.outbound_id}") for text in on_the_wire]
    merge = partial(merge_callbacks, seconds=5)
    told = together(merge, *stops, merge)
    assert told[1:-1] == [True] * 4
    merge()
    assert set(Outbound.objects.values_list("state", flat=True)) == {State.FAILED, State.CANCELLED}


def test_two_events_at_once_do_not_pass_a_limit_together(programme: OptInCampaign) -> None:
    person = factories.customer(numbers=[ADA])
    factories.subscription(programme, person)
    factories.messaging_campaign(factories.triggered(programme, "purchase", limit_count=1, limit_days=1))
    deeds = [partial(receive_event, event=factories.event(person, "purchase")) for _ in range(3)]
    assert together(*deeds) == [1, 1, 1]
    states = sorted(Outbound.objects.values_list("state", "reason"))
    assert states == [("queued", ""), ("skipped", "frequency_cap"), ("skipped", "frequency_cap")]


def test_an_event_beside_a_cancel_leaves_nothing_waiting(programme: OptInCampaign) -> None:
    people = [factories.customer(numbers=[f"+1313555{6000 + place}"]) for place in range(4)]
    for person in people:
        factories.subscription(programme, person)
    campaign = factories.messaging_campaign(factories.triggered(programme, "purchase"))
    deeds = [partial(receive_event, event=factories.event(person, "purchase")) for person in people]
    done = together(*deeds, partial(cancel, campaign=campaign, by=factories.TESTS))
    assert not [each for each in done if isinstance(each, Exception)]
    assert not Outbound.objects.filter(state=State.QUEUED).exists()


def test_closing_a_run_waits_for_who_is_being_enrolled(programme: OptInCampaign) -> None:
    person = factories.customer(numbers=[ADA])
    factories.subscription(programme, person)
    campaign = factories.messaging_campaign(factories.triggered(programme, "purchase"))

    def enrol_slowly() -> None:
        with transaction.atomic():
            receive_event(event=factories.event(person, "purchase"))
            closing.wait(timeout=2)
            time.sleep(0.1)

    def close() -> None:
        time.sleep(0.1)
        closing.set()
        cancel(campaign=campaign, by=factories.TESTS)

    closing = threading.Event()
    assert together(enrol_slowly, close) == [None, None]
    assert Outbound.objects.get().state == State.CANCELLED


def test_the_clock_ends_a_campaign_once(programme: OptInCampaign) -> None:
    subscribed(programme, 1)
    ends = timezone.now() + dt.timedelta(hours=2)
    factories.messaging_campaign(factories.scheduled(programme), ends_at=ends, due=False)
    MessagingCampaign.objects.update(ends_at=Now())
    assert together(lifecycle.follow_clock, lifecycle.follow_clock) == [None, None]
    assert MessagingCampaign.objects.get().state == "ended"
