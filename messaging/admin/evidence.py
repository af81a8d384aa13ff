"""A number's evidence, to print and to take out, and erasing a person: for who holds the right."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.admin.verbs import actor, attempt
from campaigns.commands import as_json
from campaigns.models import Customer
from campaigns.phone import E164
from campaigns.seeing import number_shown
from messaging.actions.erasing import ERASE_PERMISSION, erase_customer
from messaging.reports.evidence import pack

EXPORT_PERMISSION = "optins.export_evidence"
_WORD = "ERASE"
_TYPE_IT: Final = format_lazy(_("Type {word}, in capitals."), word=_WORD)


class EraseForm(forms.Form):
    """Why, and a word typed by hand: nothing brings an erased person back."""

    reason = forms.CharField(
        label=_("When and how did the person ask to be erased?"),
        max_length=255,
        widget=UnfoldAdminTextareaWidget({"rows": 2, "placeholder": _("Wrote to privacy@ on 3 May")}),
        error_messages={"required": _("Say when and how the person asked: it stays in the ledger.")},
    )
    typed = forms.CharField(
        label=format_lazy(_("Type {word} to confirm"), word=_WORD),
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        error_messages={"required": _TYPE_IT},
    )

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"].strip()
        if typed != _WORD:
            raise forms.ValidationError(_TYPE_IT)
        return typed


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The addresses of these pages, under those of the inbox."""
    view = site.admin_view
    return [
        path("evidence/<str:number>/", view(evidence_view), name="messaging_evidence"),
        path("evidence/<str:number>.json", view(download_view), name="messaging_evidence_json"),
        path("erase/<int:pk>/", view(erase_view), name="messaging_erase"),
    ]


def evidence_view(request: HttpRequest, number: str) -> HttpResponse:
    """The whole evidence of a number on a page that prints."""
    _require(request, EXPORT_PERMISSION)
    context = {
        "title": gettext("Evidence for %(number)s") % {"number": number_shown(number)},
        "shown": number_shown(number),
        "pack": pack(_e164(number)),
    }
    return TemplateResponse(request, "admin/messaging/evidence.html", {**admin.site.each_context(request), **context})


def download_view(request: HttpRequest, number: str) -> HttpResponse:
    """The same as one JSON object, in English whoever takes it out."""
    _require(request, EXPORT_PERMISSION)
    with translation.override(settings.LANGUAGE_CODE):
        evidence = as_json(pack(_e164(number)))
    answer = HttpResponse(evidence, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="evidence-{number.lstrip("+")}.json"'
    return answer


def erase_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Erasing a customer, after a typed confirmation."""
    _require(request, ERASE_PERMISSION)
    customer = get_object_or_404(Customer, pk=pk)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and attempt(form, lambda: _erase(customer, form, request)):
        said = gettext("The person was erased. The proof of consent and suppressions stay, as digests.")
        messages.success(request, said)
        return HttpResponseRedirect(reverse("admin:campaigns_customer_changelist"))
    title = gettext("Erase %(customer)s") % {"customer": customer}
    context: dict[str, Any] = {"title": title, "customer": customer, "form": form}
    return TemplateResponse(request, "admin/messaging/erase.html", {**admin.site.each_context(request), **context})


def _erase(customer: Customer, form: forms.Form, request: HttpRequest) -> None:
    erase_customer(customer=customer, by=actor(request), reason=form.cleaned_data["reason"])


def _require(request: HttpRequest, permission: str) -> None:
    if not actor(request).may(permission):
        raise PermissionDenied


def _e164(number: str) -> str:
    if not E164.fullmatch(number):
        raise PermissionDenied(gettext("This is not a phone number in E.164."))
    return number
