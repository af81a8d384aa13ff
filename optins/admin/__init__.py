"""The dashboard's pages of consent: opt-in campaigns, standings, the ledger, files of customers, and API apps."""

from optins.admin import (
    api_apps,
    consent,
    global_campaign,
    imports,
    opt_in_campaign,
    reviews,
    staff_numbers,
    subscriptions,
)

__all__ = [
    "api_apps",
    "consent",
    "global_campaign",
    "imports",
    "opt_in_campaign",
    "reviews",
    "staff_numbers",
    "subscriptions",
]
