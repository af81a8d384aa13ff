"""The two kinds of campaign that are about consent, as proxies of the campaign shell."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.lifecycle import Kind
from campaigns.models import Campaign


class _OptInCampaigns(models.Manager["OptInCampaign"]):
    def get_queryset(self) -> models.QuerySet["OptInCampaign"]:
        return super().get_queryset().filter(kind=Kind.OPT_IN)


class OptInCampaign(Campaign):
    """A programme: the messaging preference that people consent to, shown as `sms - <id> <slug>`."""

    objects: ClassVar[_OptInCampaigns] = _OptInCampaigns()

    class Meta:
        proxy = True
        verbose_name = _("SMS opt-in campaign")
        verbose_name_plural = _("SMS opt-in campaigns")

    def __str__(self) -> str:
        return self.preference


class _GlobalCampaigns(models.Manager["GlobalCampaign"]):
    def get_queryset(self) -> models.QuerySet["GlobalCampaign"]:
        return super().get_queryset().filter(kind=Kind.GLOBAL)


class GlobalCampaign(Campaign):
    """The one campaign whose options hold for every sender."""

    objects: ClassVar[_GlobalCampaigns] = _GlobalCampaigns()

    class Meta:
        proxy = True
        verbose_name = _("global SMS opt-in")
        verbose_name_plural = _("global SMS opt-ins")
