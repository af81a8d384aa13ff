"""Duplicating a campaign from its page: what is copied, what is left open, and who may."""

import pytest

from campaigns.models import AuditEntry, Campaign
from config.roles import MARKETER, VIEWER
from messaging.models import SmsMessage
from optins.models import OptInCampaign
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db


def duplicated(campaign: Campaign, kind: str, role: str = MARKETER) -> int:
    """Presses the button; the status of the answer."""
    assert page(f"{kind}_duplicate", campaign.pk) in signed_in(MARKETER).get(page(f"{kind}_change", campaign.pk)).text
    return int(signed_in(role).post(page(f"{kind}_duplicate", campaign.pk)).status_code)


def test_a_messaging_campaign_is_copied_with_its_messages_as_drafts() -> None:
    factories.customer(country="US")
    segment = factories.segment({"all": [{"field": "country", "operator": "is", "value": "US"}]})
    message = factories.scheduled(factories.opt_in_campaign(), name="Early access")
    campaign = factories.messaging_campaign(message, name="Spring", audience=segment, notes="For Ada")
    assert duplicated(campaign, "messaging_messagingcampaign") == 302
    copy = Campaign.objects.get(name="Spring (copy)")
    assert (copy.state, copy.audience, copy.notes, copy.ends_at) == ("draft", segment, "For Ada", None)
    draft = SmsMessage.objects.get(campaign=copy.pk)
    assert (draft.name, draft.state, draft.scheduled_for, draft.body) == ("Early access", "draft", None, message.body)
    assert AuditEntry.objects.filter(act="campaign.duplicate").count() == 1


def test_an_opt_in_campaign_is_copied_as_a_programme_of_its_own() -> None:
    original = factories.opt_in_campaign(keywords=["SPRING"], double_opt_in=True)
    factories.subscription(original, factories.customer(numbers=[factories.number()]))
    assert duplicated(original, "optins_optincampaign") == 302
    copy = OptInCampaign.objects.exclude(pk=original.pk).get()
    assert copy.preference != original.preference
    assert (copy.options.double_opt_in, copy.options.sender) == (True, original.options.sender)
    assert [(word.word, word.held) for word in copy.keywords.all()] == [("SPRING", False)]
    assert not copy.subscriptions.exists()


def test_a_bare_draft_is_copied_too() -> None:
    draft = factories.opt_in_campaign(live=False)
    OptInCampaign.objects.get(pk=draft.pk).options.delete()
    assert duplicated(draft, "optins_optincampaign") == 302


def test_a_viewer_copies_nothing() -> None:
    campaign = factories.messaging_campaign(live=False)
    assert duplicated(campaign, "messaging_messagingcampaign", VIEWER) == 403
    assert Campaign.objects.filter(kind="messaging").count() == 1


def test_the_global_opt_in_has_no_second() -> None:
    campaign = factories.global_campaign()
    assert signed_in(MARKETER).post(page("optins_globalcampaign_duplicate", campaign.pk)).status_code == 404
