"""The report of a campaign and of a message: what came of it, and every recipient as a file."""

from typing import Final

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.admin.verbs import actor, tell
from campaigns.models import Campaign
from messaging.actions.certifying import ask_for_certificate
from messaging.admin.files import file_of
from messaging.launch.approvals import unapproved_messages
from messaging.models import DeliveryCertificate, Outbound, SmsMessage
from messaging.pages import page_of
from messaging.reports.results import Results, results_of, runs_of

_COLOURS: Final = {
    "delivered": pgettext_lazy("texts", "Delivered"),
    "failed": pgettext_lazy("texts", "Failed"),
    "waiting": _("No final word yet"),
}


def report_of(request: HttpRequest, what: Campaign | SmsMessage) -> HttpResponse:
    """The page. Without a text so far it says when there will be something to see."""
    results = results_of(what)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Report: %(name)s") % {"name": what.name},
        "what": what,
        "is_message": isinstance(what, SmsMessage),
        "campaign": what.campaign if isinstance(what, SmsMessage) else what,
        "results": results,
        "unapproved": unapproved_messages(Q(pk=what.pk) if isinstance(what, SmsMessage) else Q(campaign=what.pk)),
        "chart": _chart(results),
        "back": _page(what),
        "log": f"{reverse('admin:messaging_outbound_changelist')}?{_chosen(what)}",
        "export": f"{_page(what).removesuffix('change/')}recipients.csv",
        "at": timezone.localtime(),
    }
    return TemplateResponse(request, "admin/messaging/report.html", context)


def certificate_of(request: HttpRequest, message: SmsMessage) -> HttpResponse:
    """A piece of page: the latest certificate, or that one is being made. A POST asks for a new one."""
    if request.method == "POST":
        by = actor(request)
        done = gettext("The carrier's list is being compared.")
        tell(request, lambda: ask_for_certificate(message=message, by=by), done=done)
        return redirect("admin:messaging_smsmessage_report", message.pk)
    certificate = DeliveryCertificate.objects.filter(message=message).first()
    outcomes = certificate.outcomes.items() if certificate else ()
    context = {
        "certificate": certificate,
        "outcomes": [(Outbound.StateChoice(state).label, count) for state, count in outcomes],
        "message": message,
    }
    return TemplateResponse(request, "admin/messaging/certificate.html", context)


def recipients_of(_request: HttpRequest, what: Campaign | SmsMessage) -> StreamingHttpResponse:
    """Every recipient as a file."""
    return file_of(Outbound.objects.filter(run__in=runs_of(what)).order_by("pk"), name=f"recipients-{what.pk}")


def _chosen(what: Campaign | SmsMessage) -> str:
    """How the message log is narrowed to these texts."""
    return f"message={what.pk}" if isinstance(what, SmsMessage) else f"campaign__id__exact={what.pk}"


def _page(what: Campaign | SmsMessage) -> str:
    if isinstance(what, SmsMessage):
        return reverse("admin:messaging_smsmessage_change", args=[what.pk])
    return page_of(what)


def _chart(results: Results) -> dict[str, object]:
    """What the chart draws: a label for each hour or day, and a column of each colour."""
    spans = results.spans
    columns = {
        "delivered": [span.delivered for span in spans],
        "failed": [span.failed for span in spans],
        "waiting": [span.handed_over - span.delivered - span.failed for span in spans],
    }
    axis = gettext("Day (%(zone)s)") if results.is_by_day else gettext("Hour (%(zone)s)")
    form = "DATE_FORMAT" if results.is_by_day else gettext("j M H:i")
    return {
        "labels": [date_format(timezone.localtime(span.at), form) for span in spans],
        "columns": [
            {"state": state, "label": str(label), "counts": columns[state]} for state, label in _COLOURS.items()
        ],
        "axes": {"x": axis % {"zone": timezone.get_default_timezone_name()}, "y": gettext("Texts handed over")},
    }
