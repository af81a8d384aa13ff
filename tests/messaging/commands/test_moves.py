"""`launch_campaign`, `pause_campaign`, `resume_campaign` and `cancel_campaign`."""

import pytest
from django.utils import timezone

from campaigns.models import AuditEntry
from messaging.models import MessagingCampaign
from tests import factories
from tests.commands import refused, said, told

pytestmark = pytest.mark.django_db


def draft() -> MessagingCampaign:
    """A messaging campaign for later, with somebody in its audience."""
    factories.customer()
    message = factories.scheduled(factories.opt_in_campaign())
    return factories.messaging_campaign(message, live=False, due=False)


def test_a_campaign_is_moved_by_its_number_or_its_permalink() -> None:
    campaign = draft()
    assert told("launch_campaign", campaign.pk)["state"] == "live"
    paused = told("pause_campaign", campaign.slug, "--reason=Wrong price", "--by=ada")
    assert (paused["state"], paused["pause_reason"]) == ("paused", "Wrong price")
    assert AuditEntry.objects.get(act="campaign.pause").actor == "ada"
    assert told("resume_campaign", campaign.slug)["state"] == "live"
    assert told("cancel_campaign", campaign.pk)["state"] == "cancelled"


def test_an_opt_in_campaign_is_moved_by_the_same_commands() -> None:
    programme = factories.opt_in_campaign()
    assert said("pause_campaign", programme.pk) == f"“{programme.name}” (campaign {programme.pk}) is paused.\n"
    assert told("resume_campaign", programme.pk)["preference"] == programme.preference
    assert told("cancel_campaign", programme.pk)["state"] == "cancelled"
    assert not programme.keywords.filter(held=True).exists()


def test_an_opt_in_campaign_is_launched() -> None:
    factories.global_campaign()
    programme = factories.opt_in_campaign(live=False)
    assert refused("launch_campaign", programme.pk, "--now")["code"] == "wrong_kind"
    assert told("launch_campaign", programme.pk)["state"] == "live"


def test_launching_with_now_sends_at_once_whatever_time_stood_there() -> None:
    campaign = draft()
    campaign.messages.update(scheduled_for=None)
    assert refused("launch_campaign", campaign.pk)["code"] == "missing_data"
    assert told("launch_campaign", campaign.pk, "--now")["state"] == "live"
    message = campaign.messages.get()
    assert message.scheduled_for is not None
    assert message.scheduled_for <= timezone.now()


def test_a_move_that_the_state_does_not_allow_is_refused() -> None:
    campaign = draft()
    told("launch_campaign", campaign.pk)
    for command in ("launch_campaign", "resume_campaign"):
        assert refused(command, campaign.pk)["code"] == "wrong_state"


@pytest.mark.parametrize("name", ["no-such-campaign", "99999999999999999999999", "0", "", "٣"])
def test_a_campaign_that_does_not_exist_is_named(name: str) -> None:
    answer = refused("pause_campaign", name)
    assert answer["code"] == "not_found"
    assert f"“{name}”" in answer["message"]


def test_the_global_campaign_has_no_moves() -> None:
    assert refused("cancel_campaign", factories.global_campaign().pk)["code"] == "wrong_kind"
