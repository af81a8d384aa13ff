"""What lists of the dashboard share."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import admin
from django.core.paginator import Page
from django_stubs_ext import StrOrPromise
from unfold.paginator import InfinitePage, InfinitePaginator

DEPTH: Final = 10_000
"""How many rows of a list can be leafed through. What stands further down is found by searching and filtering."""


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands in the place of a list that has nothing yet. Its admin has one as `empty`."""

    icon: str
    title: StrOrPromise
    text: StrOrPromise


class ChoiceFilter(admin.SimpleListFilter):
    """A filter of our own making. The theme's form would forget its choice when another filter is applied."""

    template = "admin/campaigns/choice_filter.html"


class LatestRows(InfinitePaginator):
    """The pages of a list that grows for ever: nothing is counted, and nobody leafs deeper than `DEPTH` rows.

    First the ids of a page, which an index may have by itself, then the rows. Asked for both at once, Postgres reads
    row after row of the whole table for what it takes to be frequent.
    """

    template_name = "admin/latest_rows.html"
    count = DEPTH

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        rows: Any = self.object_list
        ids = list(rows.values_list("pk", flat=True)[first : first + self.per_page])
        shown: Page[Any] = InfinitePage(rows.filter(pk__in=ids), number, self)
        return shown

    @property
    def depth(self) -> int:
        """For the sentence on the last page."""
        return DEPTH
