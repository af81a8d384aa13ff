"""Where a campaign is looked at: each kind has a page of its own in the dashboard, and each launch a review."""

from collections.abc import Mapping
from typing import Final

from django.urls import reverse

from campaigns.lifecycle import LAUNCHED, Kind
from campaigns.models import Campaign
from messaging.models import SmsMessage

_PAGES: Final[Mapping[str, str]] = {
    Kind.GLOBAL: "optins_globalcampaign",
    Kind.OPT_IN: "optins_optincampaign",
    Kind.MESSAGING: "messaging_messagingcampaign",
}


def page_of(campaign: Campaign) -> str:
    """The address of a campaign's own page."""
    return reverse(f"admin:{_PAGES[campaign.kind]}_change", args=[campaign.pk])


def review_page_of(message: SmsMessage) -> str:
    """The address of the review of a message's launch: its campaign's, which it is launched with, else its own."""
    if message.campaign.state in LAUNCHED:
        return reverse("admin:messaging_smsmessage_launch", args=[message.pk])
    return reverse("admin:messaging_messagingcampaign_move", args=[message.campaign_id, "launch"])
