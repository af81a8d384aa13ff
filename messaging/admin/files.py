"""Texts as a file for spreadsheets, written while it is read: those of a report, and of the log as it is narrowed."""

import csv
from collections.abc import Iterator

from django.conf import settings
from django.contrib import messages
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from messaging.exports import SHOWN, cells
from messaging.models import Outbound


class _Lines:
    """A file that a CSV writer writes into, a line at a time."""

    def write(self, line: str) -> str:
        return line


def file_of(texts: QuerySet[Outbound], *, name: str) -> StreamingHttpResponse:
    """Texts, one a line, as a spreadsheet reads them. Numbers are masked: the log shows them."""
    answer = StreamingHttpResponse(_lines(texts.values_list(*SHOWN.values()).iterator(2000)), content_type="text/csv")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def file_of_log(request: HttpRequest, texts: QuerySet[Outbound], *, log: str) -> HttpResponse | StreamingHttpResponse:
    """The texts that the log shows, on all its pages; the log again where these are too many for a file."""
    most = settings.LOG_FILE_ROWS
    if texts.order_by("-pk").values_list("pk", flat=True)[most : most + 1]:
        messages.error(
            request,
            _("These are more than %(most)s texts. Narrow the list, or have an operator run export_messages.")
            % {"most": intcomma(most)},
        )
        return redirect(f"{log}?{request.GET.urlencode()}")
    return file_of(texts.order_by("-pk"), name="texts")


def _lines(rows: Iterator[tuple[object, ...]]) -> Iterator[str]:
    table = csv.writer(_Lines(), lineterminator="\r\n")
    yield table.writerow(SHOWN)
    for row in rows:
        yield table.writerow(cells(SHOWN, row))
