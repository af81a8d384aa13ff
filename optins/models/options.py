"""What the Global SMS Opt-In and each opt-in campaign are set to."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from optins.keywords import DEFAULT_HELP_WORDS, DEFAULT_OPT_IN_WORDS, DEFAULT_OPT_OUT_WORDS
from optins.models.providers import Sender


def default_opt_in_words() -> list[str]:
    return list(DEFAULT_OPT_IN_WORDS)


def default_opt_out_words() -> list[str]:
    return list(DEFAULT_OPT_OUT_WORDS)


def default_help_words() -> list[str]:
    return list(DEFAULT_HELP_WORDS)


class GlobalOptions(models.Model):
    """The singleton: keywords and answers that hold on every sender. The database keeps it single
    and keeps the words that the law and carriers fix."""

    campaign = models.OneToOneField(Campaign, primary_key=True, on_delete=models.PROTECT, related_name="global_options")
    only = models.BooleanField(default=True, unique=True, editable=False)
    sender = models.ForeignKey(
        Sender, verbose_name=_("target phone number"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    brand = models.CharField(
        _("company name"),
        max_length=60,
        blank=True,
        help_text=_("As people know you. Texts are checked for it, so that nobody wonders who is writing."),
    )
    opt_in_keywords = ArrayField(models.CharField(max_length=40), default=default_opt_in_words)
    welcome_message = models.TextField(blank=True)
    opt_out_keywords = ArrayField(models.CharField(max_length=40), default=default_opt_out_words)
    opt_out_message = models.TextField(blank=True)
    help_keywords = ArrayField(models.CharField(max_length=40), default=default_help_words)
    help_message = models.TextField(blank=True)
    no_match_message = models.TextField(_("no match message"), blank=True)

    class Meta:
        verbose_name = _("global SMS opt-in options")
        verbose_name_plural = verbose_name
        constraints = [
            models.CheckConstraint(name="global_options_single", condition=Q(only=True)),
            models.CheckConstraint(
                name="global_keeps_yes",
                condition=Q(opt_in_keywords__contains=["YES"]),
                violation_error_message=_("YES cannot be removed: it answers a double opt-in."),
            ),
            models.CheckConstraint(
                name="global_keeps_stop_words",
                condition=Q(opt_out_keywords__contains=list(DEFAULT_OPT_OUT_WORDS)),
                violation_error_message=_("The standard opt-out keywords cannot be removed."),
            ),
            models.CheckConstraint(
                name="global_keeps_help_words",
                condition=Q(help_keywords__contains=list(DEFAULT_HELP_WORDS)),
                violation_error_message=_("The standard help keywords cannot be removed."),
            ),
        ]

    def __str__(self) -> str:
        return "Global SMS opt-in options"

    @property
    def is_complete(self) -> bool:
        """Only a complete global campaign is live: without it nobody can be answered lawfully."""
        texts = (self.welcome_message, self.opt_out_message, self.help_message, self.no_match_message)
        return self.sender_id is not None and all(text.strip() for text in texts)


class OptInOptions(models.Model):
    """How people join one programme, and what they are told."""

    campaign = models.OneToOneField(Campaign, primary_key=True, on_delete=models.CASCADE, related_name="options")
    sender = models.ForeignKey(
        Sender, verbose_name=_("target phone number"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    double_opt_in = models.BooleanField(_("requires double opt in using global keyword YES"), default=False)
    confirmation_request = models.TextField(_("message that asks for YES"), blank=True)
    welcome_message = models.TextField(
        _("welcome message"),
        blank=True,
        help_text=_("Sent once when a person has joined. Left blank, the global welcome message is sent."),
    )

    class Meta:
        verbose_name = _("opt-in options")
        verbose_name_plural = verbose_name

    def __str__(self) -> str:
        return f"Options of {self.campaign}"


class Keyword(models.Model):
    """A word that joins one programme. While `held`, no other campaign can hold it on that sender."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="keywords")
    sender = models.ForeignKey(Sender, null=True, on_delete=models.PROTECT, related_name="keywords")
    word = models.CharField(max_length=40)
    folded = models.CharField(max_length=40, editable=False)
    held = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "folded"], name="keyword_once_per_campaign"),
            # An inbound text looks up the campaign of its word here.
            models.UniqueConstraint(
                fields=["sender", "folded"], condition=Q(held=True), name="keyword_held_once_per_sender"
            ),
            models.CheckConstraint(name="keyword_held_on_a_sender", condition=Q(held=False) | Q(sender__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.word
