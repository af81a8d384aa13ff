"""The review page: what a launch means, looked at as a whole, before the button that says how many."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.actions.moves import LAUNCH_PERMISSION
from campaigns.actors import Actor
from campaigns.admin.verbs import actor, tell
from campaigns.language import retold
from campaigns.lifecycle import LAUNCHED
from campaigns.rules import RuleError
from messaging import rendering
from messaging.actions.counting import start_census, take_censuses
from messaging.actions.messages import missing
from messaging.actions.reviewing import (
    Seen,
    complete_drafts,
    launch_reviewed,
    must_type,
    recipients_of,
    reviews_of,
)
from messaging.admin import approval
from messaging.admin.audience import Line, lines, people_url
from messaging.admin.words import when
from messaging.census.counting import is_fresh
from messaging.census.sampling import readers
from messaging.launch.approvals import APPROVE_PERMISSION, unapproved_of
from messaging.launch.review import Review
from messaging.models import Census, MessagingCampaign, SmsMessage
from messaging.pages import page_of
from messaging.queries import merge_values
from messaging.states import Reason

AT_ONCE_SECONDS = 0.5
"""Texts of a small audience are rendered before the page is shown; those of a large one aside."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A review as the page shows it, with the text as one of its readers will read it."""

    review: Review
    when: str
    text: str
    reader: str
    left_out: Sequence[Line]
    sizes: Sequence[tuple[int, int]]
    recipients_url: str
    held_url: str


def review_page(request: HttpRequest, what: MessagingCampaign | SmsMessage) -> HttpResponse:
    """Look at a campaign or a later message, and launch it. Posted, it launches what was looked at, or approves it.

    To look begins nothing: where texts are still to be rendered the page has a form that posts `count`, by itself.
    """
    _require_to_look(actor(request))
    if "count" in request.POST:
        _have_counted(request, what)
        return HttpResponseRedirect(_page(what))
    if request.method == "POST":
        return _launched(request, what)
    try:
        context = _context(what, actor(request))
    except RuleError as problem:
        messages.error(request, _("A segment can no longer be counted: %(problem)s") % {"problem": problem})
        return HttpResponseRedirect(_back(what))
    return TemplateResponse(request, "admin/messaging/review.html", {**admin.site.each_context(request), **context})


def review_piece(request: HttpRequest, what: MessagingCampaign | SmsMessage) -> HttpResponse:
    """The body of that page, which asks for itself while texts are being rendered."""
    _require_to_look(actor(request))
    return TemplateResponse(request, "admin/messaging/review_body.html", _context(what, actor(request)))


def _require_to_look(by: Actor) -> None:
    """Who may approve sees what who may launch sees."""
    if not by.may(APPROVE_PERMISSION):
        by.require(LAUNCH_PERMISSION)


def _have_counted(request: HttpRequest, what: MessagingCampaign | SmsMessage) -> None:
    """Have the texts rendered: those of a small audience before the page is shown again."""
    begun = []
    for message in [what] if isinstance(what, SmsMessage) else complete_drafts(what):
        launched = message.state == SmsMessage.State.LAUNCHED
        if message.delivery == SmsMessage.Delivery.SCHEDULED and (launched or not missing(message)):
            begun.append(start_census(message=message, by=actor(request)))
    if any(census.state == Census.State.COUNTING for census in begun):
        take_censuses(seconds=AT_ONCE_SECONDS)


def _to_count(reviews: Sequence[Review]) -> str:
    """Whether texts are to be rendered before the review says anything: `begin`, or `again` where that failed."""
    found = [each.census for each in reviews if each.is_scheduled]
    if any(census is not None and census.state == Census.State.FAILED for census in found):
        return "again"
    under_way = [census for census in found if census is not None and census.state == Census.State.COUNTING]
    fresh = [census for census in found if census is not None and is_fresh(census)]
    return "begin" if len(under_way) + len(fresh) < len(found) else ""


def _context(what: MessagingCampaign | SmsMessage, by: Actor) -> dict[str, object]:
    blockers = _blockers(what)
    reviews = [] if blockers else reviews_of(what)
    is_message = isinstance(what, SmsMessage)
    return {
        "title": _("Review: %(name)s") % {"name": what.name},
        "what": what,
        "campaign": what.campaign if isinstance(what, SmsMessage) else what,
        "is_message": is_message,
        "blockers": blockers,
        "stays": [] if isinstance(what, SmsMessage) or blockers else _stays(what),
        "shown": [_shown(found) for found in reviews],
        "to_count": _to_count(reviews),
        "counting": any(not found.is_counted for found in reviews),
        "cautions": sum(len(found.cautions) for found in reviews),
        "must_type": must_type(reviews),
        "approval": approval.card(reviews, by),
        "unapproved": unapproved_of(what) if isinstance(what, SmsMessage) else None,
        "may_launch": by.may(LAUNCH_PERMISSION),
        "label": _label(reviews),
        "total": recipients_of(reviews),
        "back": _back(what),
        "piece": f"{_page(what)}figures/",
        "action": _page(what),
    }


def _shown(found: Review) -> Shown:
    message = found.message
    text, reader = _as_read(message)
    return Shown(
        found, when(message), text, reader, lines(message, found.tally.skipped),
        sorted(found.tally.by_parts.items()), people_url(message, ""), people_url(message, Reason.HELD_FOR_HOURS),
    )  # fmt: skip


def _as_read(message: SmsMessage) -> tuple[str, str]:
    """The text as the first of its readers will read it; as it was written while there is none."""
    person = readers(message).order_by("pk").first()
    if person is None:
        return message.text, ""
    try:
        return rendering.compile(message.text).render(merge_values(person)), str(person)
    except rendering.MissingValue:
        return message.text, ""


def _blockers(what: MessagingCampaign | SmsMessage) -> Sequence[str]:
    """What keeps it from being launched at all, in sentences."""
    if isinstance(what, SmsMessage):
        if what.state == SmsMessage.State.LAUNCHED:
            return _blockers_of_launched(what)
        if what.campaign.state not in LAUNCHED:
            return [_("Launch the campaign: its complete messages go with it.")]
        return [*missing(what), *_refusals([what])]
    found = SmsMessage.objects.filter(campaign=what.pk)
    if not found:
        return [_("Add a message first (Add Message → SMS Message).")]
    complete = complete_drafts(what)
    if not complete:
        return [f"“{message.name}”: {sentence}" for message in found for sentence in missing(message)]
    return _refusals(complete)


def _blockers_of_launched(message: SmsMessage) -> Sequence[str]:
    """It is looked at again only while it waits for another approval."""
    waits = unapproved_of(message)
    if waits is None:
        return [_("This message is launched already.")]
    if waits.is_too_late:
        return [_("Its time is so long over that nobody would get it. Launch a copy of it, and cancel this one.")]
    return _refusals([message])


def _refusals(drafts: Sequence[SmsMessage]) -> Sequence[str]:
    providers = {draft.sender.provider for draft in drafts if draft.sender}
    sentence = _("The connection test of “%(provider)s” failed: %(problem)s")
    return [
        sentence % {"provider": provider.name, "problem": retold(provider.check_problem)}
        for provider in providers
        if provider.check_problem
    ]


def _stays(campaign: MessagingCampaign) -> Sequence[str]:
    drafts = SmsMessage.objects.filter(campaign=campaign.pk, state=SmsMessage.State.DRAFT).select_related("campaign")
    lacking = [(draft.name, missing(draft)) for draft in drafts]
    sentence = _("“%(name)s” stays a draft, because it is not complete. %(lack)s")
    return [sentence % {"name": name, "lack": lacks[0]} for name, lacks in lacking if lacks]


def _label(reviews: Sequence[Review]) -> str:
    """What the button says: how many leave, or that it begins to listen."""
    if not any(found.is_scheduled for found in reviews):
        return _("Launch: listen for the event")
    total = recipients_of(reviews)
    return ngettext("Send %(total)s message", "Send %(total)s messages", total) % {"total": intcomma(total)}


def _launched(request: HttpRequest, what: MessagingCampaign | SmsMessage) -> HttpResponse:
    """Launch what was looked at. What is refused is said on top of the review, which is shown again."""
    given = request.POST
    marks = {int(key.removeprefix("mark-")): given[key] for key in given if key.removeprefix("mark-").isdecimal()}
    ticked = {key.removeprefix("accept-") for key in given if key.startswith("accept-")}
    typed = "".join(given.get("number", "").split()).replace(",", "")
    seen = Seen(marks, ticked, int(typed) if typed.isdecimal() else None)
    if approval.done(request, what, seen):
        goes_on = isinstance(what, SmsMessage) and bool(_blockers(what))
        return HttpResponseRedirect(_back(what) if goes_on else _page(what))
    done = _("“%(name)s” was launched.") % {"name": what.name}
    if tell(request, lambda: launch_reviewed(what=what, seen=seen, by=actor(request)), done=done):
        campaign = what.campaign if isinstance(what, SmsMessage) else what
        return HttpResponseRedirect(page_of(campaign))
    return HttpResponseRedirect(_page(what))


def _back(what: MessagingCampaign | SmsMessage) -> str:
    if isinstance(what, SmsMessage):
        return reverse("admin:messaging_smsmessage_change", args=[what.pk])
    return page_of(what)


def _page(what: MessagingCampaign | SmsMessage) -> str:
    if isinstance(what, SmsMessage):
        return reverse("admin:messaging_smsmessage_launch", args=[what.pk])
    return reverse("admin:messaging_messagingcampaign_move", args=[what.pk, "launch"])
