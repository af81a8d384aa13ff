"""Imports: upload a file, watch it, and take the rejected lines back to mend them."""

import csv
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.widgets import UnfoldAdminFileFieldWidget

from campaigns.actions.imports import start_import
from campaigns.admin.forms import VerbAdmin, VerbForm
from campaigns.admin.lists import Empty
from campaigns.customer_file import rejected_table
from campaigns.models import CustomerImport

_LINES_PER_PAGE = 50


class ImportForm(VerbForm[CustomerImport]):
    """The file to import."""

    file = forms.FileField(
        label="CSV file",
        widget=UnfoldAdminFileFieldWidget,
        help_text="In UTF-8, with the columns external_id and phone in its first line. First and last name, email, "
        "birth_date, language, time_zone, country, state and postal_code go into the profile, other columns become "
        "attributes. An import never gives consent.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty. Choose another."},
    )

    class Meta:
        model = CustomerImport
        fields = ()

    def act(self) -> CustomerImport:
        file = self.cleaned_data["file"]
        return start_import(file_name=file.name or "customers.csv", content=file.read(), by=self.by)


@admin.register(CustomerImport)
class CustomerImportAdmin(VerbAdmin):
    """The list of imports, the upload, and the result page of one."""

    empty = Empty(
        "upload_file",
        "Nothing imported yet",
        "Add an import: a CSV file whose first line names the columns external_id and phone, and any others.",
    )
    form = ImportForm
    list_display = ("file_name", "state", "lines", "created", "updated", "rejected", "started_by", "created_at")
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
            path("<int:pk>/result/", view(self.result), name="campaigns_customerimport_result"),
            path("<int:pk>/rejected.csv", view(self.rejected), name="campaigns_customerimport_rejected"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: object = None
    ) -> HttpResponse:
        """The result page. It asks for `result` each second until the import is over."""
        row = self._row(request, int(object_id) if object_id.isdecimal() else 0)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Import of {row.file_name}",
            "original": row,
            **_result(request, row),
        }
        return TemplateResponse(request, "admin/campaigns/customerimport/page.html", context)

    def result(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A piece of that page: the tiles, the remarks and one page of rejected lines."""
        context = _result(request, self._row(request, pk))
        return TemplateResponse(request, "admin/campaigns/customerimport/result.html", context)

    def rejected(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """The rejected lines under the file's own columns, as CSV."""
        row = self._row(request, pk)
        lines = row.rejected_lines.values_list("line", "content", "reason").iterator()
        answer = StreamingHttpResponse(_csv(rejected_table(row.header, lines)), content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="rejected-{pk}.csv"'
        return answer

    def _row(self, request: HttpRequest, pk: int) -> CustomerImport:
        row: CustomerImport = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return row


def _result(request: HttpRequest, row: CustomerImport) -> dict[str, object]:
    page = Paginator(row.rejected_lines.all(), _LINES_PER_PAGE).get_page(request.GET.get("page"))
    return {
        "row": row,
        "running": row.state in (CustomerImport.State.WAITING, CustomerImport.State.RUNNING),
        "remarks": row.remarks.splitlines(),
        "page": page,
    }


class _Echo:
    """A file that hands back what is written to it, which is all that csv.writer needs."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterator[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"  # or Excel takes it for Latin-1
    for row in rows:
        yield writer.writerow(row)
