"""Who may do what with a message, role by role."""

import pytest

from config.roles import ADMIN, LAUNCHER, MARKETER, VIEWER
from messaging.models import MessagingCampaign, SmsMessage
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import add, page, reviewed, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def message() -> SmsMessage:
    factories.customer(numbers=[factories.number()])
    programme = factories.opt_in_campaign()
    return factories.messaging_campaign(factories.scheduled(programme), live=False, due=False).messages.get()


@pytest.mark.parametrize(("role", "status"), [(VIEWER, 403), (MARKETER, 302), (LAUNCHER, 302), (ADMIN, 302)])
def test_a_message_is_written_from_marketer_on(message: SmsMessage, role: str, status: int) -> None:
    client = signed_in(role)
    assert add(client, message.campaign_id).status_code == status
    assert client.post(page("messaging_smsmessage_change", message.pk), typed()).status_code == status
    assert client.post(page("messaging_smsmessage_discard", message.pk)).status_code == status


@pytest.mark.parametrize(
    ("role", "state"), [(VIEWER, "draft"), (MARKETER, "draft"), (LAUNCHER, "live"), (ADMIN, "live")]
)
def test_a_campaign_is_launched_from_launcher_on(message: SmsMessage, role: str, state: str) -> None:
    reviewed(signed_in(role), page("messaging_messagingcampaign_move", message.campaign_id, "launch"))
    assert MessagingCampaign.objects.get(pk=message.campaign_id).state == state


@pytest.mark.parametrize("role", [VIEWER, MARKETER, LAUNCHER, ADMIN])
def test_everybody_reads_the_message_its_audience_and_its_preview(message: SmsMessage, role: str) -> None:
    client = signed_in(role)
    assert client.get(page("messaging_smsmessage_change", message.pk)).status_code == 200
    assert client.get(page("messaging_smsmessage_audience", message.pk)).status_code == 200
    assert client.post(page("messaging_preview"), {"body": message.body}).status_code == 200


def test_a_viewer_finds_no_button_that_changes_anything(message: SmsMessage) -> None:
    answer = signed_in(VIEWER).get(page("messaging_smsmessage_change", message.pk))
    for label in (">Save<", "Delete draft", ">Duplicate<", "Launch message"):
        assert label not in answer.text


def test_staff_without_a_role_are_kept_out(message: SmsMessage) -> None:
    client = signed_in()
    assert client.get(page("messaging_smsmessage_change", message.pk)).status_code == 403
    assert client.post(page("messaging_preview"), {"body": "Hello"}).status_code == 403
