"""The dashboard's pages of consent: opt-in campaigns, standings, the ledger, and the apps that may enrol people."""

from optins.admin import api_apps, consent, global_campaign, opt_in_campaign, reviews, subscriptions

__all__ = ["api_apps", "consent", "global_campaign", "opt_in_campaign", "reviews", "subscriptions"]
