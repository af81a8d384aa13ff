"""Imports: upload a file, see what it would do, run it, take the rejected lines back to mend them, or undo it all."""

import csv
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from campaigns.admin.forms import VerbAdmin, VerbForm
from campaigns.admin.lists import Empty
from campaigns.admin.verbs import actor, attempt, tell
from campaigns.customer_file import rejected_table
from campaigns.models import CustomerImport
from optins.actions.imports import ADD, discard_import, run_import, undo_import, upload_file
from optins.actions.undoing import UNDO

_LINES_PER_PAGE = 50


class ImportForm(VerbForm[CustomerImport]):
    """The file to import."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_(
            "In UTF-8, with the columns external_id and phone in its first line. First and last name, email, "
            "birth_date, language, time_zone, country, state and postal_code go into the profile, other columns become "
            "attributes. A column opted_out says who left. You see what would change before anything does."
        ),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty. Choose another.")},
    )

    class Meta:
        model = CustomerImport
        fields = ()

    def act(self) -> CustomerImport:
        file = self.cleaned_data["file"]
        return upload_file(file_name=file.name or "customers.csv", content=file.read(), by=self.by)


class UndoForm(forms.Form):
    """Why an import is taken back."""

    reason = forms.CharField(
        label=_("Why is this import undone?"),
        max_length=255,
        widget=UnfoldAdminTextareaWidget({"rows": 2, "placeholder": _("The file was last year's")}),
        error_messages={"required": _("Say why the import is undone: the audit trail keeps it.")},
    )


@admin.register(CustomerImport)
class CustomerImportAdmin(VerbAdmin):
    """The list of imports, the upload, and the page of one: its preview, its progress, its result."""

    empty = Empty(
        "upload_file",
        _("Nothing imported yet"),
        _("Add an import: a CSV file whose first line names the columns external_id and phone, and any others."),
    )
    form = ImportForm
    list_display = (
        "file_name",
        "state",
        "lines",
        "created",
        "updated",
        "rejected",
        "lowered",
        "started_by",
        "created_at",
    )
    list_select_related = ("started_by",)
    list_filter = ("state",)
    actions = None

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def response_add(self, request: HttpRequest, obj: CustomerImport, post_url_continue: object = None) -> Any:
        return HttpResponseRedirect(reverse("admin:campaigns_customerimport_change", args=[obj.pk]))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/run/", view(require_POST(self.run)), name="campaigns_customerimport_run"),
            path("<int:pk>/discard/", view(require_POST(self.discard)), name="campaigns_customerimport_discard"),
            path("<int:pk>/undo/", view(self.undo), name="campaigns_customerimport_undo"),
            path("<int:pk>/result/", view(self.result), name="campaigns_customerimport_result"),
            path("<int:pk>/rejected.csv", view(self.rejected), name="campaigns_customerimport_rejected"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """The page of an import. It asks for `result` each second while a worker is at it."""
        row = self._row(request, int(object_id) if object_id.isdecimal() else 0)
        title = gettext("Import of %(file)s") % {"file": row.file_name}
        return self._page(request, row, "page", title, **_result(request, row))

    def run(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Carry out what the preview shows."""
        row = self._row(request, pk)
        tell(request, lambda: run_import(row=row, by=actor(request)), done=gettext("The import was started."))
        return _to(row)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Throw the file away."""
        row = self._row(request, pk)
        tell(request, lambda: discard_import(row=row, by=actor(request)), done=gettext("The file was discarded."))
        return _to(row)

    def undo(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask why, then take the import back."""
        row = self._row(request, pk)
        if not actor(request).may(UNDO):
            raise PermissionDenied
        form = UndoForm(request.POST or None)
        if request.method == "POST" and attempt(
            form, lambda: undo_import(row=row, reason=form.cleaned_data["reason"], by=actor(request))
        ):
            messages.success(request, gettext("The import is being undone."))
            return _to(row)
        title = gettext("Undo the import of %(file)s") % {"file": row.file_name}
        return self._page(request, row, "undo", title, form=form)

    def result(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A piece of that page: the tiles, the remarks, the preview, and one page of lines."""
        row = self._row(request, pk)
        context = {"row": row, **_result(request, row)}
        return TemplateResponse(request, "admin/campaigns/customerimport/result.html", context)

    def rejected(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """The rejected lines under the file's own columns, as CSV."""
        row = self._row(request, pk)
        lines = row.rejected_lines.values_list("line", "content", "reason").iterator()
        answer = StreamingHttpResponse(_csv(rejected_table(row.header, lines)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="rejected-{pk}.csv"'
        return answer

    def _page(self, request: HttpRequest, row: CustomerImport, name: str, title: str, **shown: object) -> HttpResponse:
        site = self.admin_site.each_context(request)
        context = {**site, "opts": self.opts, "title": title, "original": row, "row": row}
        return TemplateResponse(request, f"admin/campaigns/customerimport/{name}.html", {**context, **shown})

    def _row(self, request: HttpRequest, pk: int) -> CustomerImport:
        row: CustomerImport = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row


def _to(row: CustomerImport) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:campaigns_customerimport_change", args=[row.pk]))


def _result(request: HttpRequest, row: CustomerImport) -> dict[str, object]:
    by, state = actor(request), CustomerImport.State(row.state)
    page = Paginator(row.rejected_lines.all(), _LINES_PER_PAGE).get_page(request.GET.get("page"))
    staying = Paginator(row.imported_lines.exclude(stays=""), _LINES_PER_PAGE).get_page(request.GET.get("staying"))
    return {
        "running": state in _AT_WORK,
        "share": 100 * min(row.lines, row.expected) / row.expected if row.expected else 0,
        "remarks": row.remarks.splitlines(),
        "sample": [_compared(line) for line in row.sample],
        "page": page,
        "staying": staying,
        "may_run": state is CustomerImport.State.READY and by.may(ADD),
        "may_undo": state is CustomerImport.State.DONE and by.may(UNDO),
    }


_AT_WORK = {CustomerImport.State[name] for name in ("READING", "WAITING", "RUNNING", "LOWERING", "UNDOING")}


def _compared(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the sample with its fields in pairs, before and after."""
    fields = [
        {"name": field.removeprefix("attributes."), "before": line["before"].get(field), "after": value}
        for field, value in sorted(line["after"].items())
    ]
    return {**line, "fields": fields}


class _Echo:
    """A file that hands back what is written to it, which is all that csv.writer needs."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterator[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # or Excel takes it for Latin-1
    for row in rows:
        yield writer.writerow(row)
