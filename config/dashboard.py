"""The home page: today's figures, what runs, what needs a person, and the first steps of a new house."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.actions.moves import LAUNCH_PERMISSION
from campaigns.language import retold
from campaigns.lifecycle import Kind, State
from campaigns.models import Campaign, Customer
from campaigns.timing import roughly
from config import demo
from config.wellbeing import health_lines, trend_card
from messaging.launch.approvals import (
    APPROVE_PERMISSION,
    decided_for,
    standing,
    unapproved_messages,
    waiting_approvals,
)
from messaging.launch.calendar import week, week_of
from messaging.models import Approval, SmsMessage
from messaging.pages import page_of, review_page_of
from messaging.queries import open_holds
from messaging.reports.figures import (
    DRIFT_ACT,
    Progress,
    Today,
    callbacks_put_aside,
    healed_drift,
    progress_of_campaigns,
    today,
)
from messaging.reports.health import URGENT_DAYS, Pulse, pulse
from messaging.reports.usual import Usual, usual_by_now
from optins.models import GlobalOptions, MessageProvider, OptInCampaign, Sender
from optins.queries import ReviewQueue, held_codes

_LATEST = 6


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, linked to the page that shows what it counts. `tone` colours the note."""

    label: str
    value: str
    note: str
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits for a person: what, and where to mend it."""

    title: str
    text: str
    url: str
    tone: str = "warning"


@dataclass(frozen=True, slots=True)
class Step:
    """One of the first steps; it ticks itself once it is true."""

    title: str
    text: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign with its own page and its progress."""

    campaign: Campaign
    url: str
    progress: Progress | None


def tiles(request: HttpRequest) -> dict[str, object]:
    """What the home page shows to this person: nothing of what they may not view."""
    user = request.user
    assert isinstance(user, User)
    if not user.has_perm("campaigns.view_campaign"):
        return {}
    steps, now = first_steps(), pulse()
    return {
        "figures": figures(today(), now, usual_by_now()) if user.has_perm("messaging.view_outbound") else (),
        "health": health_lines(now) if user.has_perm("messaging.view_outbound") else (),
        "trend": trend_card() if user.has_perm("optins.view_consentevent") else None,
        "needs": [*approvals_of(user), *needs(now)],
        "held": open_holds(),
        "may_stop": user.has_perm(LAUNCH_PERMISSION),
        "week": week(week_of(timezone.localdate())) if user.has_perm("messaging.view_smsmessage") else None,
        "running": _rows(Campaign.objects.filter(state__in=[State.LIVE, State.PAUSED], kind=Kind.MESSAGING)),
        "latest": _rows(Campaign.objects.select_related("audience")),
        "steps": () if all(step.done for step in steps) else steps,
        "demo": user.has_perm(demo.REMOVE_PERMISSION) and demo.is_there(),
    }


def figures(day: Today, now: Pulse, usual: Usual | None = None) -> Sequence[Tile]:
    """Subscriptions, texts, opt-outs and what waits."""
    late = now.oldest_seconds
    waits = _("The oldest that is due waits for %(time)s") % {"time": roughly(late)} if late else _("Nothing is late")
    log = reverse("admin:messaging_outbound_changelist")
    return (
        Tile(
            _("Subscriptions"), _figure(day.subscribed), _("%(number)s joined today") % {"number": _figure(day.joined)},
            reverse("admin:optins_subscription_changelist"),
        ),
        Tile(_("Texts today"), _figure(day.texts), f"{_delivered(day)}{_usually(usual)}", log),
        Tile(
            _("Opt-outs today"), _figure(day.opt_outs), _of_texts(day),
            reverse("admin:optins_consentevent_changelist"),
        ),
        Tile(_("Waiting"), _figure(now.waiting), waits, f"{log}?state__exact=queued", "warning" if late > 60 else ""),
    )  # fmt: skip


def approvals_of(user: User) -> Sequence[Need]:
    """What others ask this person to approve, and what became of what this person asked for."""
    found = []
    if user.has_perm(APPROVE_PERMISSION):
        for asked in waiting_approvals().exclude(asked_by=user):
            if standing(asked.message).waits:
                names = {"name": asked.asked_label, "message": asked.message}
                title = _("%(name)s asks you to approve “%(message)s”") % names
                found.append(Need(title, _asked(asked), review_page_of(asked.message)))
    for asked in decided_for(user.pk):
        title = _("“%(message)s” was %(state)s by %(name)s") % {
            "message": asked.message,
            "state": asked.get_state_display().lower(),
            "name": asked.decided_label,
        }
        text = asked.reason or _("Launch it from its review page.")
        found.append(Need(title, text, review_page_of(asked.message)))
    return found


def _asked(asked: Approval) -> str:
    when = date_format(timezone.localtime(asked.asked_at), "DATETIME_FORMAT")
    if asked.ceiling is None:
        return _("Asked %(when)s.") % {"when": when}
    cost = f"{asked.currency} {asked.ceiling:,.2f}"
    return _("Asked %(when)s, for %(cost)s at most.") % {"when": when, "cost": cost}


def needs(now: Pulse) -> Sequence[Need]:
    """What only a person can mend, the most urgent first."""
    found: list[Need] = []
    for campaign in Campaign.objects.filter(state=State.PAUSED):
        reason = retold(campaign.pause_reason) or _("Somebody paused it.")
        found.append(Need(_("“%(name)s” is paused") % {"name": campaign.name}, reason, page_of(campaign)))
    found += _unapproved()
    for provider in MessageProvider.objects.exclude(check_problem="").only("pk", "name", "check_problem"):
        url = reverse("admin:optins_messageprovider_change", args=[provider.pk])
        title = _("%(provider)s does not connect") % {"provider": provider.name}
        found.append(Need(title, retold(provider.check_problem), url, "danger"))
    found += _reviews(now.reviews)
    uncertain = now.long_uncertain
    if uncertain:
        url = f"{reverse('admin:messaging_outbound_changelist')}?state__exact=uncertain"
        title = ngettext("%(number)s uncertain text", "%(number)s uncertain texts", uncertain)
        text = _("For hours the carrier could not say whether it has them. Test the provider's connection; they wait.")
        found.append(Need(title % {"number": _figure(uncertain)}, text, url))
    found += _put_aside()
    found += _drift()
    found += _held_codes()
    options = GlobalOptions.objects.first()
    if options is not None and not options.is_complete:
        url = reverse("admin:optins_globalcampaign_change", args=[options.pk])
        found.append(Need(_("The Global SMS Opt-In is not complete"), _("Nobody can join until it is."), url))
    return found


def _unapproved() -> Sequence[Need]:
    """Launched messages that wait, or will not start, since they are not what another person approved."""
    return [
        Need(
            _("“%(message)s” waits for a new approval") % {"message": each.message.name},
            _("Not as it was approved: %(what)s.") % {"what": ", ".join(change.label for change in each.changes)},
            review_page_of(each.message),
        )
        for each in unapproved_messages(Q())
    ]


def _reviews(queue: ReviewQueue | None) -> Sequence[Need]:
    """The queue of texts that may ask to stop: how many, and the time that is left for the oldest."""
    if queue is None:
        return ()
    left, count = queue.left, queue.texts
    title = ngettext(
        "%(number)s text may ask to stop and waits for your decision",
        "%(number)s texts may ask to stop and wait for your decision",
        count,
    ) % {"number": _figure(count)}
    url = reverse("admin:optins_optoutreview_changelist")
    until = date_format(left.until, _("d F"))
    clock = (
        _("Overdue since %(day)s.") % {"day": until}
        if left.is_over
        else _("The oldest: %(time)s left, until %(day)s.") % {"time": left, "day": until}
    )
    return (Need(title, clock, url, "danger" if left.business_days <= URGENT_DAYS else "warning"),)


def _put_aside() -> Sequence[Need]:
    """Callbacks that wait for somebody to try them again, or to discard them."""
    callbacks = callbacks_put_aside()
    if not callbacks:
        return ()
    title = ngettext("%(number)s callback was put aside", "%(number)s callbacks were put aside", callbacks)
    text = _("The database would not take what the carrier reports in them. Try them again, or discard them.")
    return (Need(title % {"number": _figure(callbacks)}, text, reverse("admin:messaging_pendingcallback_changelist")),)


def _drift() -> Sequence[Need]:
    """Opt-outs that the daily comparison with the carriers found: they hold, but somebody should know why."""
    healed = healed_drift()
    if not healed:
        return ()
    title = ngettext(
        "%(number)s lost opt-out found at the carrier this week",
        "%(number)s lost opt-outs found at the carrier this week",
        healed,
    ) % {"number": _figure(healed)}
    text = _("Their numbers are not texted any more. Check that the provider's webhook leads here.")
    return (Need(title, text, f"{reverse('admin:campaigns_auditentry_changelist')}?act={DRIFT_ACT}"),)


def _held_codes() -> Sequence[Need]:
    """Where codes are not texted, since hardly anybody entered them."""
    return [
        Need(
            _("No codes are texted to %(area)s until %(time)s")
            % {"area": hold.area, "time": f"{timezone.localtime(hold.until):%H:%M}"},
            _(
                "Of %(texted)s numbers %(confirmed)s entered theirs, as when somebody has codes texted to earn from "
                "them. If it goes on, take the country out of ALLOWED_COUNTRIES or lower the limits."
            )
            % {"texted": _figure(hold.texted), "confirmed": _figure(hold.confirmed)},
            reverse("admin:optins_verification_changelist"),
        )
        for hold in held_codes()
    ]


def first_steps() -> Sequence[Step]:
    """From an empty house to the first message, in the order of the guide."""
    options = GlobalOptions.objects.first()
    create = reverse("admin:campaigns_campaign_create")
    return (
        Step(
            _("Add a message provider"), _("Your Twilio account, or the simulated carrier to try things out."),
            reverse("admin:optins_messageprovider_add"), MessageProvider.objects.exists(),
        ),
        Step(
            _("Add a phone number"), _("Fetch it from the provider, or enter it."),
            reverse("admin:optins_sender_add"), Sender.objects.exists(),
        ),
        Step(
            _("Set up the Global SMS Opt-In"), _("The answers to STOP, HELP and everything else."),
            create, options is not None and options.is_complete,
        ),
        Step(
            _("Launch an SMS Opt-In"), _("People join it by keyword, or through your app."),
            create, OptInCampaign.objects.filter(state=State.LIVE).exists(),
        ),
        Step(
            _("Bring in your customers"), _("By a file, or through the API."),
            reverse("admin:campaigns_customer_changelist"), Customer.objects.exists(),
        ),
        Step(
            _("Launch a message"), _("Scheduled, or triggered by an event."),
            create, SmsMessage.objects.filter(state=SmsMessage.State.LAUNCHED).exists(),
        ),
    )  # fmt: skip


def _rows(campaigns: QuerySet[Campaign]) -> Sequence[Row]:
    shown = list(campaigns.order_by("-pk")[:_LATEST])
    progress = progress_of_campaigns([campaign.pk for campaign in shown])
    return [Row(campaign, page_of(campaign), progress.get(campaign.pk)) for campaign in shown]


def _figure(number: int) -> str:
    return str(intcomma(number))


def _delivered(day: Today) -> str:
    share = day.delivered_share
    if share is None:
        return _("None settled yet")
    figures = {"share": f"{share:.1f}", "settled": _figure(day.settled)}
    return _("%(share)s%% delivered of %(settled)s settled") % figures


def _usually(usual: Usual | None) -> str:
    """The mean of the same weekday; blank until one was counted."""
    if usual is None:
        return ""
    figures = {"number": _figure(usual.texts), "day": date_format(timezone.localtime(), "l"), "weeks": usual.weeks}
    sentence = ngettext(
        ". About %(number)s by now on a usual %(day)s (last week)",
        ". About %(number)s by now on a usual %(day)s (mean of %(weeks)s weeks)",
        usual.weeks,
    )
    return sentence % figures


def _of_texts(day: Today) -> str:
    """The share of today's campaign texts. Who opts out without having been texted today is no part of it."""
    if not day.of_campaigns:
        return _("No campaign text today")
    share = f"{100 * day.opt_outs_of_texted / day.of_campaigns:.1f}"
    sentence = ngettext(
        "%(share)s%% of %(number)s campaign text today",
        "%(share)s%% of %(number)s campaign texts today",
        day.of_campaigns,
    )
    return sentence % {"share": share, "number": _figure(day.of_campaigns)}
