"""The conversation with one number: what was said, answering it, and deciding what a doubtful text meant."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from campaigns.actors import Actor
from campaigns.admin.verbs import actor, attempt, tell
from campaigns.models import PhoneNumber
from campaigns.seeing import number_shown, sees_whole_numbers
from messaging import parts
from messaging.actions.conversations import HANDLE, REPLY, mark_handled, mark_unhandled, reply
from messaging.gates import why_no_reply
from messaging.models import Inbound
from messaging.queries import needs_answer, next_to_answer, reply_senders
from messaging.reports.figures import conversation, reason_in_words
from optins.actions.reviews import DECIDE, read_as_no_opt_out, read_as_opt_out
from optins.models import OptOutReview, Sender, Subscription, Suppression
from optins.queries import time_left, waiting_reviews

VIEW: Final = "messaging.view_inbound"


class ReplyForm(forms.Form):
    """A text in the staff's own words, from a number of ours that the person knows."""

    text = forms.CharField(
        label=_("Reply"), max_length=parts.MAX_LENGTH, widget=UnfoldAdminTextareaWidget({"rows": 3}),
        error_messages={"required": _("Write the reply first.")},
    )  # fmt: skip
    sender = forms.ChoiceField(label=pgettext_lazy("sender", "From"), widget=UnfoldAdminSelectWidget)

    def __init__(self, data: Any, *, senders: Sequence[Sender]) -> None:
        super().__init__(data)
        choice = self.fields["sender"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(str(sender.pk), str(sender)) for sender in senders]


def conversation_view(request: HttpRequest, number: str) -> HttpResponse:
    """The page. What is posted to it says by `act` what is to be done."""
    by = actor(request)
    if not by.may(VIEW):
        raise PermissionDenied
    act = request.POST.get("act", "")
    if act == "count":
        text = request.POST.get("text", "").strip()
        return TemplateResponse(request, "admin/messaging/reply_count.html", _counted(text))
    senders = reply_senders(number)
    form = ReplyForm(request.POST if act == "reply" else None, senders=senders)
    if act and _done(request, by, number, act, form, senders):
        return redirect(request.get_full_path())
    following, waiting = next_to_answer(number) if sees_whole_numbers() else (None, 0)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Conversation with %(number)s") % {"number": number_shown(number)},
        "number": number,
        "shown": number_shown(number),
        "bubbles": conversation(number),
        "holders": PhoneNumber.objects.filter(number=number).select_related("customer"),
        "subscriptions": Subscription.objects.filter(number=number).select_related("programme"),
        "suppressions": Suppression.objects.standing_for(number).select_related("sender"),
        "form": form,
        "no_reply": _no_reply(by, number, senders),
        "waits": Inbound.objects.filter(needs_answer(), number=number).exists(),
        "handled": Inbound.objects.filter(number=number).exclude(handled_at=None).first(),
        "reviews": [(review, time_left(review, now=timezone.localtime())) for review in _reviews(number)],
        "next": following,
        "waiting": waiting,
        "nobody_else": sees_whole_numbers() and not following,
        "may_handle": by.may(HANDLE),
        "may_decide": by.may(DECIDE),
        **_counted(request.POST.get("text", "").strip()),
    }
    return TemplateResponse(request, "admin/messaging/conversation.html", context)


def _done(request: HttpRequest, by: Actor, number: str, act: str, form: ReplyForm, senders: Sequence[Sender]) -> bool:
    """Whether what was asked for has been done, or refused with a sentence that the next page shows."""
    if act == "reply":
        replied = attempt(form, lambda: _reply(form, by, number, senders))
        if replied:
            messages.success(request, gettext("Your reply is on its way."))
        return replied
    if act == "handled":
        tell(
            request,
            lambda: mark_handled(number=number, by=by),
            done=gettext("Handled: nobody needs to answer any more."),
        )
    elif act == "unhandled":
        tell(request, lambda: mark_unhandled(number=number, by=by), done=gettext("The text needs an answer again."))
    else:
        _decide(request, by, number)
    return True


def _reply(form: ReplyForm, by: Actor, number: str, senders: Sequence[Sender]) -> None:
    chosen = next(sender for sender in senders if str(sender.pk) == form.cleaned_data["sender"])
    reply(number=number, sender=chosen, text=form.cleaned_data["text"], by=by)


def _decide(request: HttpRequest, by: Actor, number: str) -> None:
    pk, reason = request.POST.get("review", ""), request.POST.get("reason", "")
    review = OptOutReview.objects.filter(pk=int(pk) if pk.isdecimal() else 0, number=number).first()
    if review is None:
        return
    if request.POST.get("act") == "opt_out":
        done = gettext("Read as an opt-out: the number gets no more texts.")
        tell(request, lambda: read_as_opt_out(review=review, by=by, reason=reason), done=done)
    else:
        done = gettext("Read as no opt-out: marketing to the number goes on.")
        tell(request, lambda: read_as_no_opt_out(review=review, by=by, reason=reason), done=done)


def _reviews(number: str) -> Sequence[OptOutReview]:
    return list(waiting_reviews().filter(number=number).select_related("sender"))


def _no_reply(by: Actor, number: str, senders: Sequence[Sender]) -> str:
    """Why this person may not be answered, in words; blank when they may."""
    if not by.may(REPLY):
        return gettext("Replying takes a right that your role does not have.")
    if not senders:
        return gettext("The person has texted none of our numbers and is opted in to nothing.")
    return reason_in_words(why_no_reply(number=number, sender=senders[0]))


def _counted(text: str) -> dict[str, Any]:
    return {"counted": parts.count(text) if text else None, "most": parts.MAX_PARTS}
