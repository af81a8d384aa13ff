"""Searching a list by phone number, in whatever spelling."""

from typing import ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from campaigns.admin.kept_filters import KeepsFilters
from campaigns.queries import with_number


class NumberSearchAdmin(KeepsFilters):
    """A list whose rows have a number, the first of the `search_fields`: finds a whole one in any spelling, or
    those of customers that end with the digits. Rows without one have no `search_fields`."""

    search_fields: ClassVar[list[str] | tuple[str, ...]] = ("number",)
    search_help_text: ClassVar[StrOrPromise] = _("A phone number in any spelling, or the last digits of a customer's.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        term = search_term.strip()
        if not term or not self.search_fields:
            return queryset, False
        return with_number(queryset, term, path=self.search_fields[0]), False
