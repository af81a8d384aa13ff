"""Suppressions, the consent ledger and verifications: lists to search by number, and one page for each row."""

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.lists import Empty
from campaigns.language import retold
from campaigns.seeing import sees_whole_numbers
from optins.admin.readonly import ProgrammeFilter, ReadOnlyAdmin, badge, link
from optins.models import ApiApp, ConsentEvent, Suppression, Verification


@admin.register(Suppression)
class SuppressionAdmin(ReadOnlyAdmin):
    """Numbers that are not texted, whatever they subscribed to."""

    empty = Empty(
        "block",
        _("No number is suppressed"),
        _(
            "A number comes here by STOP, by a carrier's refusal, or when somebody of your staff opts it out. It "
            "is not texted until its person texts START."
        ),
    )
    list_display = ("phone", "reason", "texts_from", "created_at", "standing")
    list_filter = ("reason", ("lifted_at", admin.EmptyFieldListFilter), ("created_at", admin.DateFieldListFilter))
    list_select_related = ("sender",)
    fields = ("phone", "reason", "texts_from", "created_at", "lifted_at", "consent_event")

    @admin.display(description=_("texts from"))
    def texts_from(self, row: Suppression) -> str:
        return str(row.sender) if row.sender else gettext("any of our numbers")

    @admin.display(description=_("standing"))
    def standing(self, row: Suppression) -> str:
        return badge("", gettext("Lifted")) if row.lifted_at else badge("suppressed", gettext("Not texted"))


@admin.register(ConsentEvent)
class ConsentEventAdmin(ReadOnlyAdmin):
    """The ledger. The database itself refuses to change an entry."""

    empty = Empty(
        "menu_book",
        _("The ledger is empty"),
        _(
            "Whatever people say about being texted is written here, with its proof: the first line comes with "
            "the first who joins."
        ),
    )
    list_display = ("at", "phone", "action_badge", "method", "preference", "evidence")
    list_filter = ("action", "method", ProgrammeFilter, ("at", admin.DateFieldListFilter))
    search_fields = ("personal__number",)
    fieldsets = (
        (_("What happened"), {"fields": ("at", "phone", "action_badge", "method", "preference", "sender", "person")}),
        (_("Evidence"), {"fields": ("why", "wording", "wording_version", "inbound_text", "inbound_sid",
                                    "app", "staff", "ip", "user_agent")}),
        (_("Chain"), {"fields": ("sequence", "previous", "digest", "all_evidence")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        app = ApiApp.objects.filter(key=OuterRef("app_key")).values("name")
        rows = super().get_queryset(request).select_related("programme", "sender", "customer", "personal")
        return rows.annotate(app_name=Subquery(app))

    @admin.display(description=_("number"), ordering="personal__number")
    def phone(self, row: ConsentEvent) -> str:
        return super().phone(row)

    @admin.display(description=_("all evidence of the number"))
    def all_evidence(self, row: ConsentEvent) -> str:
        if not row.number:
            return gettext("erased")
        if not sees_whole_numbers():  # the address has the number in it
            return "–"
        # The page shows texts, too, so that it lives in the app above this one.
        return link(reverse("admin:messaging_evidence", args=[row.number]), gettext("Show"))

    @admin.display(description=_("customer"))
    def person(self, row: ConsentEvent) -> str:
        if row.customer is None:
            return "–"
        return link(reverse("admin:messaging_person", args=[row.customer.pk]), row.customer)

    @admin.display(description=_("reason"))
    def why(self, row: ConsentEvent) -> str:
        return retold(row.reason) or "–"

    @admin.display(description=_("text"))
    def inbound_text(self, row: ConsentEvent) -> str:
        return row.inbound_text or "–"

    @admin.display(description=_("IP address"))
    def ip(self, row: ConsentEvent) -> str:
        return row.ip or "–"

    @admin.display(description=_("browser"))
    def user_agent(self, row: ConsentEvent) -> str:
        return row.user_agent or "–"

    @admin.display(description=_("action"), ordering="action")
    def action_badge(self, row: ConsentEvent) -> str:
        return badge(row.led_to, row.get_action_display())

    @admin.display(description=_("messaging preference"))
    def preference(self, row: ConsentEvent) -> str:
        return row.programme.preference if row.programme else gettext("all")

    @admin.display(description=_("API app"))
    def app(self, row: Any) -> str:
        return row.app_name or row.app_key or "–"

    @admin.display(description=_("evidence"))
    def evidence(self, row: Any) -> str:
        """Who said it, or in which words; the whole is on the page of the entry."""
        if row.inbound_text:
            return f"“{row.inbound_text[:40]}”"
        return row.staff or row.app_name or row.app_key or "–"


@admin.register(Verification)
class VerificationAdmin(ReadOnlyAdmin):
    """Codes that were asked for. Neither a code nor what is kept of it is ever shown."""

    empty = Empty(
        "pin",
        _("No code was asked for"),
        _("Your app asks for a code by the API when somebody enters a phone number; each request stands here."),
    )
    list_display = ("created_at", "phone", "state_badge", "customer", "app", "campaign", "tries", "confirmed_at")
    list_filter = ("state", "app", ("created_at", admin.DateFieldListFilter))
    list_select_related = ("app", "customer", "campaign")
    fields = ("phone", "state_badge", "customer", "app", "campaign", "tries", "ip", "created_at", "expires_at",
              "confirmed_at")  # fmt: skip
