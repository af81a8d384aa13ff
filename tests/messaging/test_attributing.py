"""Answers are told to the texts that they came after: soon, once each, and a later look adds none."""

import datetime as dt

import pytest
from django.db.models import F

from campaigns.models import Customer
from messaging.actions.erasing import erase_customer
from messaging.actions.upkeep.attributing import attribute_answers
from messaging.models import Answer, AnswersMark, Inbound, Run
from messaging.reports.answers import opt_outs_after, people_who_answered
from optins.actions.opting_out import opt_out_number
from tests import factories
from tests.factories import TESTS
from tests.messaging.recovery import ADA, BOB, campaign_to, taken

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> Run:
    """Two people have a text that the carrier took."""
    campaign_to(factories.sender(), ADA, BOB)
    run = Run.objects.get()
    taken(run)
    return run


def says(number: str, place: int = 1) -> Inbound:
    return Inbound.objects.create(sid=f"SM{place:032x}", provider=factories.provider(), number=number, body="Thanks!")


def test_a_reply_and_an_opt_out_are_kept_under_the_digest_of_who_answered(run: Run) -> None:
    says(ADA)
    opt_out_number(number=BOB, by=TESTS, reason="Asked")
    assert attribute_answers() == 2
    assert people_who_answered([run.pk]) == {"reply": 1, "opt_out": 1}
    assert opt_outs_after(run) == 1


def test_what_is_young_is_looked_at_again_and_counts_once(run: Run) -> None:
    says(ADA)
    attribute_answers()
    assert attribute_answers() == 1
    says(ADA, place=2)
    attribute_answers()
    assert people_who_answered([run.pk]) == {"reply": 1}


def test_what_is_old_is_not_looked_at_again(run: Run) -> None:
    text = says(ADA)
    run.recipients.update(claimed_at=F("claimed_at") - dt.timedelta(hours=1))
    Inbound.objects.update(received_at=F("received_at") - dt.timedelta(minutes=30))
    assert attribute_answers() == 1
    assert AnswersMark.objects.get(kind=Answer.Kind.REPLY).through == text.pk
    assert attribute_answers() == 0


def test_an_erased_person_still_counts_and_is_nobody(run: Run) -> None:
    says(ADA)
    attribute_answers()
    erase_customer(customer=Customer.objects.get(phone_numbers__number=ADA), by=TESTS, reason="She asked by letter")
    attribute_answers()
    assert people_who_answered([run.pk]) == {"reply": 1}
    assert ADA not in str(Answer.objects.values_list("number_digest", flat=True))
