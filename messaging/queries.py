"""What screens, verbs and workers ask about messages, runs and texts."""

from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from campaigns.audience import fields
from campaigns.lifecycle import State as CampaignState
from campaigns.models import Customer
from campaigns.profile import FIELDS
from messaging.models import Outbound, Run
from messaging.states import State
from optins.models import Sender


def merge_fields() -> Mapping[str, str]:
    """The merge fields a text may use, each with its label: the profile and every known attribute."""
    return {key: field.label for key, field in fields().items()}


def merge_values(customer: Customer) -> Mapping[str, object]:
    """What one customer's merge fields hold. An attribute never hides a profile field."""
    return {**customer.attributes, **{name: getattr(customer, name) for name in FIELDS}}


def open_runs(sender: Sender) -> QuerySet[Run]:
    """A sender's open runs with something due and a live campaign, oldest first."""
    due = Outbound.objects.filter(run=OuterRef("pk"), state=State.QUEUED, due_at__lte=Now())
    runs = Run.objects.filter(Exists(due), sender=sender, state=Run.State.OPEN, campaign__state=CampaignState.LIVE)
    related = ("campaign__audience", "programme__audience", "sender__provider", "message")
    return runs.select_related(*related).order_by("pk")


def senders_with_work() -> QuerySet[Sender]:
    """Senders from which something is due now."""
    due = Outbound.objects.filter(state=State.QUEUED, due_at__lte=Now())
    notices = due.filter(sender=OuterRef("pk"), kind=Outbound.Kind.NOTICE)
    runs = Run.objects.filter(
        Exists(due.filter(run=OuterRef("pk"))), sender=OuterRef("pk"), state=Run.State.OPEN,
        campaign__state=CampaignState.LIVE,
    )  # fmt: skip
    return Sender.objects.filter(Q(Exists(notices)) | Q(Exists(runs))).select_related("provider", "pool")
