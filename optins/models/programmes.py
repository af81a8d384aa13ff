"""The two kinds of campaign that are about consent, as proxies of the campaign shell."""

from django.db import models

from campaigns.lifecycle import Kind
from campaigns.models import Campaign


class _OfKind(models.Manager["Campaign"]):
    """Rows of one kind; a campaign made through it is of that kind."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def get_queryset(self) -> models.QuerySet["Campaign"]:
        return super().get_queryset().filter(kind=self._kind)


class OptInCampaign(Campaign):
    """A programme: the messaging preference that people consent to, shown as `sms - <id> <slug>`."""

    objects = _OfKind(Kind.OPT_IN)

    class Meta:
        proxy = True
        verbose_name = "SMS opt-in campaign"

    def __str__(self) -> str:
        return self.preference


class GlobalCampaign(Campaign):
    """The one campaign whose options hold for every sender."""

    objects = _OfKind(Kind.GLOBAL)

    class Meta:
        proxy = True
        verbose_name = "global SMS opt-in"
