"""One person: numbers, what may be texted today and why not, what was agreed to, and one timeline of everything."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from campaigns.actors import Actor
from campaigns.admin.customer_widgets import attribute_facts
from campaigns.admin.verbs import actor, attempt
from campaigns.models import Customer
from campaigns.rules import RuleError
from campaigns.seeing import number_shown, sees_whole_numbers
from messaging.actions.erasing import ERASE_PERMISSION
from messaging.admin.evidence import EXPORT_PERMISSION
from messaging.census.why import Why, reach, why
from messaging.queries import find_messages
from messaging.reports.figures import reason_in_words
from messaging.reports.timeline import Kind, timeline
from optins.actions.opting_out import OPT_OUT_PERMISSION, opt_out_customer
from optins.models import Subscription, Suppression

VIEW: Final = "campaigns.view_customer"
# Each message asks a dozen questions of the database.
_FOUND_AT_MOST, _LATEST = 6, 2

# What each filter of the timeline shows, and the right that each sort of entry takes.
_FILTERS: Final[Mapping[str, tuple[StrOrPromise, frozenset[Kind]]]] = {
    "": (_("Everything"), frozenset(Kind)),
    "texts": (_("Texts"), frozenset({Kind.IN, Kind.OUT})),
    "left_out": (_("Not sent"), frozenset({Kind.LEFT_OUT})),
    "consent": (_("Consent"), frozenset({Kind.CONSENT})),
    "events": (_("Events"), frozenset({Kind.EVENT})),
    "changes": (_("Changes"), frozenset({Kind.CHANGE})),
}
_RIGHTS: Final[Mapping[Kind, str]] = {
    Kind.CONSENT: "optins.view_consentevent",
    Kind.IN: "messaging.view_inbound",
    Kind.OUT: "messaging.view_outbound",
    Kind.LEFT_OUT: "messaging.view_outbound",
    Kind.EVENT: VIEW,
    Kind.CHANGE: "campaigns.view_auditentry",
}
_ICONS: Final[Mapping[Kind, str]] = {
    Kind.CONSENT: "how_to_reg",
    Kind.IN: "call_received",
    Kind.OUT: "call_made",
    Kind.LEFT_OUT: "do_not_disturb_on",
    Kind.EVENT: "bolt",
    Kind.CHANGE: "edit_note",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A number in a messaging preference. `reach` is None while the preference has no number to text from."""

    subscription: Subscription
    shown: str
    reach: Why | None

    @property
    def sentence(self) -> str:
        return reason_in_words(self.reach.reason) if self.reach else ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A message held against the person; `problem` is a sentence when it cannot be asked yet."""

    message: Any
    why: Why | None
    problem: str = ""

    @property
    def sentence(self) -> str:
        return reason_in_words(self.why.reason) if self.why else self.problem


class OptOutForm(forms.Form):
    """Which of the person's numbers, and the person's own words."""

    number = forms.ChoiceField(label=_("Which number?"), widget=UnfoldAdminRadioSelectWidget)
    reason = forms.CharField(
        label=_("How did the person ask to be taken off?"),
        max_length=255,
        widget=UnfoldAdminTextareaWidget({"rows": 2, "placeholder": _("Called our hotline on 3 May")}),
        error_messages={"required": _("Say how the person asked: it is the evidence of the opt-out.")},
    )

    def __init__(self, data: Any, *, numbers: Sequence[str]) -> None:
        super().__init__(data)
        choice = self.fields["number"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            ("", gettext("All numbers of this person")),
            *((number, number_shown(number)) for number in numbers),
        ]
        choice.required = False


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The addresses of these pages, under those of the inbox."""
    return [
        path("person/<int:pk>/", site.admin_view(person_view), name="messaging_person"),
        path("person/<int:pk>/opt-out/", site.admin_view(opt_out_view), name="messaging_person_opt_out"),
    ]


def person_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole of one person, each part for who may see it."""
    by = actor(request)
    customer = _customer(by, pk)
    phones = list(customer.phone_numbers.all())
    numbers = [phone.number for phone in phones]
    chosen = request.GET.get("show", "")
    kinds = _FILTERS.get(chosen, _FILTERS[""])[1]
    page = timeline(
        customer, numbers, kinds=[kind for kind in kinds if by.may(_RIGHTS[kind])], before=request.GET.get("before", "")
    )
    asked = request.GET.get("message", "").strip()
    context = {
        **admin.site.each_context(request),
        "title": str(customer),
        "customer": customer,
        "facts": _facts(customer),
        "phones": [(phone, number_shown(phone.number)) for phone in phones],
        "standings": _standings(customer, numbers) if by.may("optins.view_subscription") else (),
        "suppressions": Suppression.objects.standing_for(*numbers).select_related("sender"),
        "page": page,
        "entries": [(entry, _ICONS[entry.kind], number_shown(entry.number)) for entry in page.entries],
        "show": chosen,
        "before": request.GET.get("before", ""),
        "filters": [(key, label) for key, (label, shown) in _FILTERS.items() if any(by.may(_RIGHTS[k]) for k in shown)],
        "asked": asked,
        "verdicts": _verdicts(by, customer, asked),
        **_may(by, numbers),
    }
    return TemplateResponse(request, "admin/messaging/person.html", context)


def opt_out_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Ending every text to one of the person's numbers, or to all, on the person's word."""
    by = actor(request)
    customer = _customer(by, pk)
    if not by.may(OPT_OUT_PERMISSION):
        raise PermissionDenied
    form = OptOutForm(request.POST or None, numbers=list(customer.phone_numbers.values_list("number", flat=True)))
    if request.method == "POST" and attempt(form, lambda: _opt_out(customer, form, by)):
        messages.success(request, gettext("Opted out: no more texts, from any of our numbers."))
        return HttpResponseRedirect(reverse("admin:messaging_person", args=[pk]))
    title = gettext("Opt out %(customer)s") % {"customer": customer}
    context = {"title": title, "customer": customer, "form": form}
    return TemplateResponse(
        request, "admin/messaging/person_opt_out.html", {**admin.site.each_context(request), **context}
    )


def _opt_out(customer: Customer, form: OptOutForm, by: Actor) -> None:
    given = form.cleaned_data
    opt_out_customer(customer=customer, by=by, number=given["number"] or None, reason=given["reason"])


def _customer(by: Actor, pk: int) -> Customer:
    if not by.may(VIEW):
        raise PermissionDenied
    return get_object_or_404(Customer, pk=pk)


def _may(by: Actor, numbers: Collection[str]) -> Mapping[str, bool]:
    return {
        "may_talk": by.may("messaging.view_inbound") and sees_whole_numbers(),
        "may_export": by.may(EXPORT_PERMISSION),
        "may_erase": by.may(ERASE_PERMISSION),
        "may_opt_out": by.may(OPT_OUT_PERMISSION) and bool(numbers),
        "may_ask": by.may("messaging.view_smsmessage"),
    }


def _facts(customer: Customer) -> Sequence[tuple[str, object]]:
    """What is known of the person, blanks left out."""
    place = ", ".join(filter(None, (customer.postal_code, customer.state, customer.country)))
    known = (
        (gettext("External ID"), customer.external_id),
        (gettext("Email"), customer.email),
        (gettext("Born"), customer.birth_date),
        (gettext("Where"), place),
        (gettext("Time zone"), customer.time_zone),
        (gettext("Language"), customer.language),
    )
    return [(label, value) for label, value in (*known, *attribute_facts(customer)) if value not in ("", None)]


def _standings(customer: Customer, numbers: Collection[str]) -> Sequence[Standing]:
    rows = Subscription.objects.filter(number__in=numbers).order_by("number", "programme")
    related = ("programme__options__sender__pool", "programme__audience", "consent_event__sender",
               "consent_event__personal")  # fmt: skip
    now = timezone.now()
    return [
        Standing(row, number_shown(row.number), reach(customer, row, now=now)) for row in rows.select_related(*related)
    ]


def _verdicts(by: Actor, customer: Customer, asked: str) -> Sequence[Verdict]:
    if not by.may("messaging.view_smsmessage"):
        return ()
    return [_verdict(message, customer) for message in find_messages(asked)[: _FOUND_AT_MOST if asked else _LATEST]]


def _verdict(message: Any, customer: Customer) -> Verdict:
    if message.programme is None or message.sender is None:
        return Verdict(message, None, gettext("It has no target phone number or no messaging preference yet."))
    try:
        return Verdict(message, why(message, customer, now=timezone.now()))
    except RuleError as problem:
        sentence = gettext("A segment can no longer be asked: %(problem)s")
        return Verdict(message, None, sentence % {"problem": problem})
