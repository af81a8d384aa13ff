"""The search over everything (Ctrl + K): campaigns, messages, segments, and people by name, external ID or number."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from campaigns.models import Campaign, Customer, Segment
from campaigns.queries import find_customers
from messaging.models import SmsMessage
from messaging.pages import page_of

_Row = TypeVar("_Row", bound=Model)

# Of each kind: more than these is no finding but a list, and each list has a search of its own.
_MOST = 8


def find(request: HttpRequest, term: str) -> list[SearchResult]:
    """What `term` may mean, of what this person may view."""
    user = request.user
    assert isinstance(user, User)
    found: list[SearchResult] = []
    if user.has_perm("campaigns.view_campaign"):
        found += _campaigns(_named(Campaign.objects.all(), term))
    if user.has_perm("messaging.view_smsmessage"):
        found += _messages(_named(SmsMessage.objects.select_related("campaign"), term))
    if user.has_perm("campaigns.view_customer"):
        found += _people(find_customers(Customer.objects.all(), term).order_by("-pk")[:_MOST])
    if user.has_perm("campaigns.view_segment"):
        found += _segments(_named(Segment.objects.all(), term))
    return found


def _named(rows: QuerySet[_Row], term: str) -> Sequence[_Row]:
    return list(rows.filter(name__icontains=term.strip()).order_by("-pk")[:_MOST])


def _campaigns(campaigns: Iterable[Campaign]) -> Iterable[SearchResult]:
    for campaign in campaigns:
        told = f"{campaign.get_kind_display()}, {campaign.get_state_display().lower()}"
        yield SearchResult(campaign.name, told, page_of(campaign), "campaign")


def _messages(messages: Iterable[SmsMessage]) -> Iterable[SearchResult]:
    for message in messages:
        url = reverse("admin:messaging_smsmessage_change", args=[message.pk])
        told = _("SMS message of %(campaign)s") % {"campaign": message.campaign.name}
        yield SearchResult(message.name, told, url, "sms")


def _people(people: Iterable[Customer]) -> Iterable[SearchResult]:
    for person in people:
        url = reverse("admin:campaigns_customer_change", args=[person.pk])
        told = _("Customer %(id)s") % {"id": person.external_id or ""}
        yield SearchResult(str(person), told.strip(), url, "person")


def _segments(segments: Iterable[Segment]) -> Iterable[SearchResult]:
    for segment in segments:
        url = reverse("admin:campaigns_segment_change", args=[segment.pk])
        yield SearchResult(segment.name, _("Segment"), url, "filter_alt")
