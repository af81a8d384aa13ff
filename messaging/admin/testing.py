"""Send test: the page on which staff text a message to their own phones, and see where it went."""

from collections.abc import Sequence

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.actors import Actor
from campaigns.admin.verbs import actor, attempt
from campaigns.models import Customer
from campaigns.phone import pretty
from campaigns.queries import find_customers
from campaigns.refusals import Refused
from messaging.actions.testing import TEST_PERMISSION, send_test
from messaging.census.sampling import readers
from messaging.models import SmsMessage, TestText
from messaging.reports.figures import reason_in_words
from messaging.states import SETTLED
from optins.models import StaffNumber

_SHOWN = 10


class SendTestForm(forms.Form):
    """To whom, and with whose data."""

    to = forms.MultipleChoiceField(label=pgettext_lazy("recipient", "To"), widget=forms.CheckboxSelectMultiple)
    person = forms.CharField(
        label=_("With the data of"),
        required=False,
        help_text=_("A name, external ID or number. Empty: the first person whom the message is meant for."),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: object, phones: Sequence[StaffNumber], by: Actor, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own
        to = self.fields["to"]
        assert isinstance(to, forms.MultipleChoiceField)
        to.choices = [(str(phone.pk), f"{phone.user}, {pretty(phone.number)}") for phone in phones]
        to.initial = [str(phone.pk) for phone in phones if phone.user_id == by.user_id]


def test_of(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """Send a test; what was sent lately stands beneath."""
    by = actor(request)
    by.require(TEST_PERMISSION)
    phones = StaffNumber.objects.filter(verified_at__isnull=False).select_related("user").order_by("user__username")
    form = SendTestForm(request.POST or None, phones=list(phones), by=by)
    if request.method == "POST" and attempt(form, lambda: _send(form, message, by)):
        messages.success(request, gettext("The test is on its way. Where it went stands below."))
        return HttpResponseRedirect(reverse("admin:messaging_smsmessage_test", args=[message.pk]))
    title = gettext("Send test: %(name)s") % {"name": message.name}
    context = {"title": title, "message": message, "form": form,
               "has_mine": any(phone.user_id == by.user_id for phone in phones), "phones": phones}  # fmt: skip
    shown = {**admin.site.each_context(request), **context, **_sent(message)}
    return TemplateResponse(request, "admin/messaging/send_test.html", shown)


def tests_sent(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """A piece of that page: the latest tests, which asks for itself until each has an outcome."""
    actor(request).require(TEST_PERMISSION)
    return TemplateResponse(request, "admin/messaging/tests_sent.html", {"message": message, **_sent(message)})


def _send(form: SendTestForm, message: SmsMessage, by: Actor) -> None:
    given = form.cleaned_data
    send_test(message=message, customer=_person(message, given["person"]), to=[int(pk) for pk in given["to"]], by=by)


def _person(message: SmsMessage, text: str) -> Customer:
    if text.strip():
        found = find_customers(Customer.objects.all(), text.strip()).first()
    else:
        found = readers(message).order_by("pk").first() or Customer.objects.order_by("pk").first()
    if found is None:
        raise Refused(
            "user_not_found", gettext("Nobody is found. Write another name, external ID or number."), field="person"
        )
    return found


def _sent(message: SmsMessage) -> dict[str, object]:
    tests = (
        TestText.objects.filter(message=message).select_related("outbound", "customer").defer("outbound__sealed_body")
    )
    rows = [(test, pretty(test.outbound.number), reason_in_words(test.outbound.reason)) for test in tests[:_SHOWN]]
    return {"sent": rows, "over": all(test.outbound.state in SETTLED for test, _, _ in rows)}
