"""Home's card *Health*: what waits, what is uncertain, callbacks, refused signatures and the review queue."""

import datetime as dt

import pytest
from django.db.models import F
from pytest_django.fixtures import Settings

from config.roles import VIEWER
from config.wellbeing import health_lines
from messaging.actions.listening.callbacks import merge_callbacks
from messaging.actions.sending.claiming import claim_recipients
from messaging.actions.sending.leasing import flag_stuck
from messaging.models import Outbound, PendingCallback, Run
from messaging.reports.health import Line, Sign, Tone, health, pulse
from messaging.reports.refused import refused_lately
from optins.models import OptOutReview
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page
from tests.messaging.recovery import ADA, campaign_to, later
from tests.messaging.signed import INBOUND, STATUS, inbound_of, post, status_of

pytestmark = pytest.mark.django_db

TOKEN = "the-auth-token"


def line(sign: Sign) -> Line:
    (found,) = [each for each in health(pulse()) if each.sign is sign]
    return found


def test_a_quiet_house_is_fine_in_every_sign_but_what_strangers_do() -> None:
    signs = {each.sign: each.tone for each in health(pulse()) if each.sign is not Sign.SIGNATURES}
    assert set(signs.values()) == {Tone.FINE}


@pytest.mark.parametrize(("seconds", "tone"), [(1, Tone.FINE), (120, Tone.LOOK), (7200, Tone.ACT)])
def test_the_oldest_unsent_text_sets_the_tone(seconds: int, tone: Tone) -> None:
    campaign_to(factories.sender(), ADA)
    later(seconds)
    found = line(Sign.WAITING)
    assert found.tone is tone
    assert found.text.startswith("The oldest that is due waits for ")


def test_an_uncertain_text_wants_a_look_and_after_hours_somebody(settings: Settings) -> None:
    campaign_to(factories.sender(), ADA)
    claim_recipients(run=Run.objects.get(), parts=1)
    later(1000)
    flag_stuck()
    assert line(Sign.UNCERTAIN).tone is Tone.LOOK
    later(settings.RECONCILE_NEEDS_YOU.total_seconds())
    assert line(Sign.UNCERTAIN).tone is Tone.ACT


def test_a_callback_that_nobody_merges_is_late() -> None:
    provider = factories.provider(auth_token=TOKEN)
    post(STATUS, status_of(provider), TOKEN)
    PendingCallback.objects.update(received_at=F("received_at") - dt.timedelta(minutes=10))
    found = line(Sign.CALLBACKS)
    assert found.tone is Tone.ACT
    assert "stored 10 min ago" in found.text


def test_final_statuses_say_how_long_they_take() -> None:
    sender = factories.sender()
    campaign_to(sender, ADA)
    claim_recipients(run=Run.objects.get(), parts=1)
    sid = "SM" + "7" * 32
    Outbound.objects.update(state="accepted", sid=sid, claimed_at=F("claimed_at") - dt.timedelta(hours=2))
    type(sender.provider).objects.update(auth_token=TOKEN)
    sender.provider.refresh_from_db()
    post(STATUS, status_of(sender.provider, MessageSid=sid), sender.provider.auth_token)
    merge_callbacks(seconds=5)
    assert line(Sign.CALLBACKS).text == "All are merged; a final status comes after 2 h (median of the latest)"


def test_refused_signatures_are_counted_and_right_ones_are_not() -> None:
    provider = factories.provider(auth_token=TOKEN)
    before = refused_lately()
    assert before is not None
    post(INBOUND, inbound_of(provider), TOKEN)
    post(INBOUND, inbound_of(provider), "a-wrong-token")
    post(STATUS, status_of(provider), None)
    assert refused_lately() == before + 2
    assert line(Sign.SIGNATURES).tone is not Tone.FINE


def test_without_redis_a_webhook_refuses_as_ever_and_the_card_says_so(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    provider = factories.provider(auth_token=TOKEN)
    for _ in range(2):
        assert post(INBOUND, inbound_of(provider), "a-wrong-token").status_code == 403
    found = line(Sign.SIGNATURES)
    assert (found.tone, found.text) == (Tone.LOOK, "Not counted: Redis does not answer")


@pytest.mark.usefixtures("_review")
@pytest.mark.parametrize(("days", "tone"), [(0, Tone.LOOK), (30, Tone.ACT)])
def test_the_review_queue_has_its_clock(days: int, tone: Tone) -> None:
    OptOutReview.objects.update(received_at=F("received_at") - dt.timedelta(days=days))
    found = line(Sign.REVIEWS)
    assert found.tone is tone
    assert found.text.startswith("1 waiting, ")


@pytest.fixture
def _review() -> None:
    """Somebody wrote what may ask to stop."""
    provider = factories.provider(auth_token=TOKEN)
    sender = factories.sender(provider=provider)
    factories.subscription(factories.opt_in_campaign(sender=sender), factories.customer(numbers=[ADA]))
    post(INBOUND, inbound_of(provider, From=ADA, To=sender.address, Body="I never signed up for this"), TOKEN)
    assert OptOutReview.objects.count() == 1


def test_each_line_leads_to_a_page_that_a_viewer_may_open() -> None:
    client = signed_in(VIEWER)
    shown = client.get(page("index")).text
    lines = health_lines(pulse())
    assert len(lines) == 5
    for each in lines:
        assert f'href="{each.url}"' in shown
        assert client.get(each.url).status_code == 200


def test_staff_without_a_role_see_neither_health_nor_trend() -> None:
    shown = signed_in().get(page("index")).text
    assert "Refused signatures" not in shown
    assert "trend-chart" not in shown
