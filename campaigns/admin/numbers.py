"""Searching a list by phone number, in whatever spelling."""

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from campaigns.phone import InvalidPhoneNumber, parse_sender


class NumberSearchAdmin(ModelAdmin):
    """A list whose rows have a `number`: finds a whole number in any spelling, or the digits inside one."""

    search_fields = ("number",)
    search_help_text = "A phone number in any spelling"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            found = queryset.filter(number=parse_sender(term, region=settings.DEFAULT_PHONE_REGION))
        except InvalidPhoneNumber:
            digits = "".join(character for character in term if character.isdigit())
            found = queryset.filter(number__contains=digits) if digits else queryset.none()
        return found, False
