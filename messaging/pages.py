"""Where a campaign is looked at: each kind has a page of its own in the dashboard."""

from collections.abc import Mapping
from typing import Final

from django.urls import reverse

from campaigns.lifecycle import Kind
from campaigns.models import Campaign

_PAGES: Final[Mapping[str, str]] = {
    Kind.GLOBAL: "optins_globalcampaign",
    Kind.OPT_IN: "optins_optincampaign",
    Kind.MESSAGING: "messaging_messagingcampaign",
}


def page_of(campaign: Campaign) -> str:
    """The address of a campaign's own page."""
    return reverse(f"admin:{_PAGES[campaign.kind]}_change", args=[campaign.pk])
