"""What an inbound text did, in a line: the simulated carrier's phones are told, and no real carrier is."""

from urllib.parse import unquote

import pytest
from pytest_django.fixtures import Settings

from optins.models import OptInCampaign
from tests import factories
from tests.messaging.signed import INBOUND, inbound_of, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign(name="Spring offers", keywords=["SPRING"])


@pytest.fixture
def simulated(settings: Settings) -> None:
    settings.SIMULATOR_URL = "http://localhost:21000"


def told(programme: OptInCampaign, body: str) -> str | None:
    """What the answer to a text says about it; None when it says nothing."""
    sender = programme.options.sender
    assert sender is not None
    sid = f"SM{abs(hash(body)):032x}"
    pairs = inbound_of(sender.provider, to=sender.address, Body=body, MessageSid=sid)
    explanation = post(INBOUND, pairs, sender.provider.auth_token).headers.get("X-Explanation")
    return None if explanation is None else unquote(explanation)


@pytest.mark.usefixtures("simulated")
def test_a_join_tells_the_rule_and_what_it_changed(programme: OptInCampaign) -> None:
    assert told(programme, "spring") == (
        "Joins a campaign: The whole text is a campaign's keyword. Opted in (Spring offers)."
    )


@pytest.mark.usefixtures("simulated")
def test_a_stop_tells_everything_that_it_ended(programme: OptInCampaign) -> None:
    told(programme, "spring")
    assert told(programme, "stop") == (
        "Wants no more texts: The whole text is an opt-out keyword. "
        "Opted out (Spring offers); Suppressed (every text from us)."
    )


@pytest.mark.usefixtures("simulated")
def test_a_text_without_consequences_says_so(programme: OptInCampaign) -> None:
    assert told(programme, "What a day…") == "Not understood: No rule knows this text. Nothing changed."


def test_a_real_carrier_is_told_nothing(programme: OptInCampaign, settings: Settings) -> None:
    settings.SIMULATOR_URL = ""
    assert told(programme, "spring") is None
