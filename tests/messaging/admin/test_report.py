"""The report of a campaign and of a message: figures, reasons with advice, and the file."""

import csv
import io

import pytest
from django.db.models.functions import Now

from config.roles import VIEWER
from messaging.actions.runs.lifecycle import start_due
from messaging.models import DeliveryCertificate, MessagingCampaign, Outbound
from messaging.states import Reason, State
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> MessagingCampaign:
    programme = factories.opt_in_campaign()
    member = factories.customer(numbers=["+13139710001"], external_id="=1+1")
    factories.subscription(programme, member, "+13139710001")
    factories.customer(numbers=["+13139710002"], external_id="other")
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    Outbound.objects.filter(state=State.QUEUED).update(
        state=State.FAILED, reason=Reason.UNREACHABLE, attempt_id="00000000000000000000000000000001",
        claimed_at="2026-11-02T12:30Z", parts=1,
    )  # fmt: skip
    return campaign


def of_campaign(campaign: MessagingCampaign, what: str) -> str:
    return page(f"messaging_messagingcampaign_{what}", campaign.pk)


def of_message(campaign: MessagingCampaign, what: str) -> str:
    return page(f"messaging_smsmessage_{what}", campaign.messages.get().pk)


@pytest.mark.parametrize("of", [of_campaign, of_message])
def test_it_shows_outcomes_and_why_with_what_to_do(campaign: MessagingCampaign, of: object) -> None:
    assert callable(of)
    text = signed_in(VIEWER).get(of(campaign, "report")).text
    assert "The phone could not be reached" in text
    assert "ask the customer for another number" in text
    assert "has not opted in to the messaging preference" in text
    assert '"counts": [1]' in text


def test_before_anything_left_it_says_when_there_will_be_something() -> None:
    factories.customer()
    campaign = factories.messaging_campaign(factories.scheduled(factories.opt_in_campaign()), due=False)
    assert "Nothing to report yet" in signed_in(VIEWER).get(of_campaign(campaign, "report")).text


@pytest.mark.parametrize("of", [of_campaign, of_message])
def test_the_file_has_a_line_for_each_recipient_and_runs_no_formula(campaign: MessagingCampaign, of: object) -> None:
    assert callable(of)
    answer = signed_in(VIEWER).get(of(campaign, "recipients"))
    assert answer["Content-Disposition"].startswith("attachment")
    lines = list(csv.DictReader(io.StringIO(b"".join(answer).decode())))
    assert {(line["external_id"], line["state"], line["reason"]) for line in lines} == {
        ("'=1+1", "failed", "unreachable"), ("other", "skipped", "not_opted_in"),
    }  # fmt: skip
    assert not any("+1313971" in line["number"] for line in lines)


def test_the_pages_lead_to_it(campaign: MessagingCampaign) -> None:
    client = signed_in(VIEWER)
    assert of_campaign(campaign, "report") in client.get(page("messaging_messagingcampaign_change", campaign.pk)).text
    assert of_message(campaign, "report") in client.get(of_message(campaign, "change")).text


def test_another_kind_of_campaign_has_none() -> None:
    programme = factories.opt_in_campaign()
    assert signed_in(VIEWER).get(page("messaging_messagingcampaign_report", programme.pk)).status_code == 404


def test_a_certificate_is_asked_for_and_shown(campaign: MessagingCampaign) -> None:
    client = signed_in(VIEWER)
    piece = of_message(campaign, "certificate")
    assert "Nobody has asked for one yet" in client.get(piece).text
    assert "is being compared" in client.post(piece, follow=True).text
    assert "is being read" in client.get(piece).text
    DeliveryCertificate.objects.update(made_at=Now(), outcomes={"failed": 1, "skipped": 1}, taken=1, matched=1)
    assert "It holds." in client.get(piece).text
    DeliveryCertificate.objects.update(unknown=1)
    assert "It does not hold." in client.get(piece).text
