"""Why / why not: one person held against every gate of a message, with the evidence."""

from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.admin.verbs import actor
from campaigns.models import Customer
from campaigns.queries import find_customers
from campaigns.rules import RuleError
from messaging.census.why import why
from messaging.models import SmsMessage
from messaging.reports.figures import reason_in_words

_SHOWN = 10


def why_of(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """Found by name, external ID or number; the first of several is asked about, the others are offered.

    A person's own page leads here with the person alone.
    """
    if not actor(request).may("campaigns.view_customer"):
        raise PermissionDenied
    text, chosen = request.GET.get("q", "").strip(), request.GET.get("person", "")
    found = list(find_customers(Customer.objects.all(), text)[:_SHOWN]) if text else []
    if not text and chosen.isdecimal():
        found = list(Customer.objects.filter(pk=int(chosen)))
    person = next((row for row in found if str(row.pk) == chosen), found[0] if found else None)
    context: dict[str, object] = {
        **site.each_context(request),
        "title": _("Why, or why not"),
        "message": message,
        "text": text,
        "found": found,
    }
    if person is not None and message.programme is not None and message.sender is not None:
        try:
            told = why(message, person, now=timezone.now())
            context |= {"person": person, "why": told, "sentence": reason_in_words(told.reason)}
        except RuleError as problem:
            context["problem"] = str(problem)
    return TemplateResponse(request, "admin/messaging/why.html", context)
