"""The wording of marketing texts: told before launch, and refused where `WORDING_RULES` block."""

import pytest
from pytest_django import Settings

from config.roles import LAUNCHER
from messaging.models import SmsMessage
from tests.factories import signed_in
from tests.messaging.admin.screens import add, looked_at, page, reviewed
from tests.messaging.admin.test_message_page import launched  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def nameless(launched: SmsMessage) -> SmsMessage:  # noqa: F811  the fixture above
    """A complete draft that does not say who is texting."""
    add(
        signed_in(LAUNCHER), launched.campaign_id, sender=launched.sender_id, programme=launched.programme_id,
        body="hello, it rains. Reply STOP to cancel.",
    )  # fmt: skip
    return launched.campaign.messages.get(state="draft")


def launch_page(message: SmsMessage) -> str:
    return page("messaging_smsmessage_launch", message.pk)


def test_the_launch_asks_to_check_the_wording_and_lets_it_go(nameless: SmsMessage) -> None:
    client = signed_in(LAUNCHER)
    assert "It does not say who is texting" in looked_at(client, launch_page(nameless))
    reviewed(client, launch_page(nameless))
    nameless.refresh_from_db()
    assert nameless.state == "launched"


def test_where_the_rules_block_it_cannot_be_launched(nameless: SmsMessage, settings: Settings) -> None:
    settings.WORDING_RULES = "block"
    client = signed_in(LAUNCHER)
    answer = client.post(launch_page(nameless), follow=True)
    assert "It does not say who is texting" in answer.text
    nameless.refresh_from_db()
    assert nameless.state == "draft"
