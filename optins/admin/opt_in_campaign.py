"""An SMS Opt-In campaign: its page, with what people who join are told, and its options."""

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.forms import disable
from campaigns.admin.shell import CampaignPage
from campaigns.admin.verbs import actor, attempt
from campaigns.lifecycle import CLOSED, LAUNCHED, Move, State
from campaigns.models import Campaign
from campaigns.timing import in_words
from optins import queries, wording
from optins.actions.campaigns import (
    CHANGE_OPTIONS,
    MESSAGES,
    acceptable_keywords,
    cancel,
    duplicate,
    end,
    launch,
    missing,
    pause,
    refuse_unsendable,
    resume,
    save_options,
)
from optins.admin.fields import KeywordsField, SenderForm, message_boxes
from optins.models import OptInCampaign, OptInOptions, Subscription

_FIXED_BY_LAUNCH = ("provider", "sender", "double_opt_in")


class OptInOptionsForm(SenderForm):
    """How people join, and what they are told. What launching has fixed is shown and cannot be edited."""

    keywords = KeywordsField(label=_("Opt In Keywords"), required=True)

    class Meta:
        model = OptInOptions
        fields = ("sender", "double_opt_in", "confirmation_request", "welcome_message")
        labels = {"confirmation_request": _("Message that asks for YES")}
        widgets = {
            "double_opt_in": forms.CheckboxInput,
            **message_boxes(MESSAGES),
        }

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["keywords"] = list(campaign.keywords.values_list("word", flat=True))
        if not self.instance.confirmation_request:
            self.initial["confirmation_request"] = wording.ask_for_yes_sample(campaign.name)
        if campaign.state in LAUNCHED:
            for name in _FIXED_BY_LAUNCH:
                self.fields[name].disabled = True

    def checks(self) -> list[Callable[[], object]]:
        words = self.cleaned_data.get("keywords", [])
        return [partial(refuse_unsendable, self.instance), partial(acceptable_keywords, self.instance, words)]


@admin.register(OptInCampaign)
class OptInCampaignAdmin(CampaignPage):
    """A programme: its shell, who stands how in it, its options, and its state."""

    page_template = "admin/optins/opt_in_campaign.html"
    duplicate = staticmethod(duplicate)
    verbs = {Move.LAUNCH: launch, Move.PAUSE: pause, Move.RESUME: resume, Move.END: end, Move.CANCEL: cancel}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.options_view)
        return [path("<str:object_id>/options/", view, name="optins_optincampaign_options"), *super().get_urls()]

    def cards(self, request: HttpRequest, campaign: Campaign) -> Mapping[str, Any]:
        states = Subscription.State
        tiles = (states.OPTED_IN, states.PENDING, states.OPTED_OUT)
        figures = campaign.subscriptions.aggregate(**{state: Count("pk", filter=Q(state=state)) for state in tiles})
        listed = reverse("admin:optins_subscription_changelist")
        options = _options(campaign)
        return {
            "options": options,
            "wording": {
                name: queries.lint(kind, getattr(options, name), campaign=campaign) for name, kind in MESSAGES.items()
            },
            "keywords": campaign.keywords.all(),
            "options_url": reverse("admin:optins_optincampaign_options", args=[campaign.pk]),
            "tiles": [
                (state.label, state, figures[state], f"{listed}?programme={campaign.pk}&state__exact={state}")
                for state in tiles
            ],
            "global_is_live": queries.global_options() is not None,
        }

    def lacks(self, campaign: Campaign) -> list[str]:
        return missing(campaign)

    def consequences(self, move: Move, campaign: Campaign) -> list[str]:
        stays, final = _who_stays(campaign), gettext("This is final.")
        match move:
            case Move.LAUNCH:
                return [
                    _who_joins(campaign),
                    gettext("Its keywords are taken on that number until the campaign ends."),
                    gettext("The number, double opt-in, audience and restrictions can no longer change after this."),
                ]
            case Move.PAUSE:
                nobody = gettext("Nobody can join until you resume. Who tries gets the no match message.")
                return [nobody, gettext("Its keywords stay taken."), stays]
            case Move.RESUME:
                again = gettext("People can join by texting %(words)s again.")
                return [again % {"words": _words(campaign)}]
            case Move.END:
                return [gettext("Nobody can join any more, and its keywords are free for others."), stays, final]
            case Move.CANCEL:
                return [gettext("Nobody can join, and its keywords are free for others."), stays, final]

    def options_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        campaign = self.campaign(request, object_id)
        may_change = actor(request).may(CHANGE_OPTIONS) and campaign.state not in CLOSED
        form = OptInOptionsForm(request.POST or None, instance=_options(campaign), campaign=campaign)
        if not may_change:
            disable(form)
        if request.method == "POST":
            if not may_change:
                raise PermissionDenied
            if attempt(form, lambda: _save(form, request)):
                messages.success(request, _saved(missing(campaign) if campaign.state == State.DRAFT else []))
                return HttpResponseRedirect(self.url_of(campaign))
        context = {
            "form": form,
            "may_change": may_change,
            "launched": campaign.state in LAUNCHED,
            "samples": {"welcome": wording.WELCOME, "ask_for_yes": wording.ask_for_yes_sample(campaign.name)},
            "is_double": form["double_opt_in"].value() in (True, "on", "true", "True"),
        }
        return self.page(request, "admin/optins/opt_in_options.html", campaign, **context)


def _options(campaign: Campaign) -> OptInOptions:
    """The stored options, or fresh ones for a campaign that has none yet."""
    stored = OptInOptions.objects.select_related("sender__provider").filter(campaign=campaign).first()
    return stored or OptInOptions(campaign=campaign)


def _who_joins(campaign: Campaign) -> str:
    """What launching lets people do, and from when."""
    options, start = _options(campaign), campaign.starts_at
    later = start if start and start > timezone.now() else None
    match options.double_opt_in, later is not None:
        case True, True:
            said = gettext(
                "People who text %(words)s to %(number)s are asked for YES first, and then join %(preference)s, "
                "from %(start)s."
            )
        case True, False:
            said = gettext(
                "People who text %(words)s to %(number)s are asked for YES first, and then join %(preference)s, "
                "at once."
            )
        case False, True:
            said = gettext("People who text %(words)s to %(number)s join %(preference)s, from %(start)s.")
        case _other:
            said = gettext("People who text %(words)s to %(number)s join %(preference)s, at once.")
    begins = in_words(later, settings.TIME_ZONE) if later else ""
    names = {"words": _words(campaign), "number": options.sender, "preference": campaign.preference}
    return said % {**names, "start": begins}


def _who_stays(campaign: Campaign) -> str:
    """What pausing or ending leaves as it is."""
    agreed = queries.standing_now(Subscription.State.OPTED_IN, programme=campaign)
    if not agreed:
        return gettext("Nobody has opted in so far.")
    stay = ngettext("The %(count)s who opted in stay opted in.", "The %(count)s who opted in stay opted in.", agreed)
    return stay % {"count": intcomma(agreed)}


def _words(campaign: Campaign) -> str:
    """The keywords, any of which will do."""
    words = list(campaign.keywords.values_list("word", flat=True))
    if not words:
        return gettext("its keyword")
    return reduce(lambda some, word: gettext("%(some)s or %(word)s") % {"some": some, "word": word}, words)


def _saved(lacks: list[str]) -> str:
    if not lacks:
        return gettext("The opt-in options were saved.")
    said = gettext("The opt-in options were saved. Still missing before it can be launched: %(missing)s")
    return said % {"missing": " ".join(lacks)}


def _save(form: OptInOptionsForm, request: HttpRequest) -> None:
    save_options(options=form.instance, keywords=form.cleaned_data["keywords"], by=actor(request))
