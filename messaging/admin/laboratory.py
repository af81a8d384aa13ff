"""The keyword laboratory: type a text, and see how it would be read, what would change, and who answers what."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.actions.persons import read_number
from campaigns.admin.verbs import actor, told_by
from messaging.actions.rehearsing import Invented, Rehearsal, rehearse
from messaging.parts import MAX_LENGTH
from messaging.reports.explaining import meaning_in_words
from optins.keywords import SenderKind, carrier_answers, opt_out_type_of
from optins.models import Sender
from optins.queries import standing_suppressions

_SITUATIONS: Mapping[str, StrOrPromise] = {
    Invented.SUBSCRIBED: _("They are subscribed"),
    Invented.STRANGER: _("They never texted us"),
    Invented.PENDING: _("We asked them for YES"),
    Invented.STOPPED: _("They texted STOP"),
}


class LaboratoryForm(forms.Form):
    """A text, the number that it is texted to, and who texts it."""

    body = forms.CharField(
        label=_("Text"),
        required=False,
        strip=False,
        max_length=MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )
    sender = forms.ModelChoiceField(
        Sender.objects.select_related("provider", "pool").order_by("address"),
        label=_("Texted to"), empty_label=None, widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    before = forms.ChoiceField(
        label=_("By somebody of whom is known"), choices=list(_SITUATIONS.items()), widget=UnfoldAdminSelectWidget
    )
    number = forms.CharField(
        label=_("Or by this phone number"), required=False, max_length=40, widget=UnfoldAdminTextInputWidget,
        help_text=_("As it stands with us now. Nothing is changed and nothing is sent."),
    )  # fmt: skip


def laboratory(request: HttpRequest) -> HttpResponse:
    """The page, with a result once it was posted. The script posts it while one types and takes the result out."""
    if not request.user.has_perm("messaging.view_inbound"):
        raise PermissionDenied
    form = LaboratoryForm(request.POST or None)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Keyword laboratory"),
        "form": form,
        "result": _result(request, form) if form.is_bound and form.is_valid() else None,
    }
    return TemplateResponse(request, "admin/messaging/laboratory.html", context)


def _result(request: HttpRequest, form: LaboratoryForm) -> Mapping[str, Any] | None:
    given = form.cleaned_data
    sender: Sender = given["sender"]
    opt_out_type = opt_out_type_of(given["body"]) if sender.opt_out_is_advanced else ""
    rehearsed: list[Rehearsal] = []
    with told_by(form):
        number = read_number(given["number"], field="number") if given["number"].strip() else ""
        rehearsed.append(
            rehearse(
                body=given["body"], sender=sender, number=number, before=Invented(given["before"]),
                opt_out_type=opt_out_type, by=actor(request),
            )
        )  # fmt: skip
    if not rehearsed:  # the form says why
        return None
    rehearsal = rehearsed[0]
    return {
        "rehearsal": rehearsal,
        "meaning": meaning_in_words(rehearsal.reading.meaning),
        "changes": _changes(rehearsal),
        "carrier": _carrier(sender, given["body"], opt_out_type, number, Invented(given["before"])),
    }


def _changes(rehearsal: Rehearsal) -> list[str]:
    """What would change, in words."""
    told = [
        f"{event.get_action_display()}: {event.programme.preference}" if event.programme else event.get_action_display()
        for event in rehearsal.events
    ]
    if rehearsal.cancelled:
        sentence = gettext("Texts that wait for this number and would be cancelled: %(count)s")
        told.append(sentence % {"count": rehearsal.cancelled})
    if rehearsal.waits_for_a_person:
        told.append(
            gettext("The text waits in the review queue, and the number gets no marketing until somebody has decided")
        )
    return told


def _carrier(sender: Sender, body: str, opt_out_type: str, number: str, before: Invented) -> str:
    """Whether the carrier acts on the text as well."""
    stopped_here = standing_suppressions(sender=sender, number=number).filter(sender__isnull=False).exists()
    kind = SenderKind(sender.kind)
    answered = carrier_answers(
        kind, advanced_opt_out=sender.opt_out_is_advanced, opt_out_type=opt_out_type, body=body,
        was_blocked=stopped_here if number else before is Invented.STOPPED and kind is not SenderKind.SHORT_CODE,
    )  # fmt: skip
    if not answered:
        return gettext("Neither Twilio nor a network acts on this text: what is answered comes from us.")
    if kind is SenderKind.TOLL_FREE:
        return gettext(
            "The toll-free network or Twilio knows this word, acts on it and answers with a text of its own, so that "
            "we answer nothing."
        )
    return gettext("Twilio knows this word, acts on it and answers with a text of its own, so that we answer nothing.")
