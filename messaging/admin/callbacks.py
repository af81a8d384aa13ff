"""Status callbacks that were put aside: what is wrong with each, and two things that a person can do about it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from campaigns.actors import Actor
from campaigns.admin.lists import Empty
from campaigns.admin.verbs import actor
from campaigns.refusals import Refused
from messaging.actions.put_aside import HANDLE, discard, try_again
from messaging.admin.words import moment
from messaging.models import Outbound, PendingCallback
from messaging.queries import outbound_of
from optins.admin.readonly import ReadOnlyAdmin

# By the database's own names of what it refuses.
_PROBLEMS: Final[Mapping[str, StrOrPromise]] = {
    "CheckViolation": _("Something that every callback has is missing from it, such as the message SID."),
    "NotNullViolation": _("Something that every callback has is missing from it, such as the message SID."),
    "UniqueViolation": _("It gives its text a message SID that another text has."),
    "NumericValueOutOfRange": _("A number in it is larger than any that the carrier is known to use."),
    "StringDataRightTruncation": _("A word in it is longer than any that the carrier is known to use."),
}


@admin.register(PendingCallback)
class PutAsideAdmin(ReadOnlyAdmin):
    """Those that wait for their turn are not shown: they are merged within a second or so."""

    empty = Empty(
        "task_alt",
        _("Nothing was put aside"),
        _("All that the carrier reported was taken in."),
    )
    list_display = ("came", "told", "about", "what_is_wrong")
    list_display_links = None
    list_before_template = "admin/messaging/callbacks_help.html"  # type: ignore[assignment]  # as Unfold documents it
    search_fields = ("sid",)
    search_help_text = _("A message SID.")
    actions = ("try_them_again", "discard_them")
    ordering = ("-id",)
    sortable_by = ()

    class Media:
        css = {"all": ("optline/campaign.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        attempt = OuterRef("attempt_id")
        attempts = Outbound.objects.filter(pk=outbound_of(attempt), attempt_id=attempt).values("pk")
        sids = Outbound.objects.filter(sid=OuterRef("sid")).values("pk")
        text = Coalesce(Subquery(attempts[:1]), Subquery(sids[:1]))
        rows: QuerySet[Any] = super().get_queryset(request).exclude(problem="").annotate(text=text)
        return rows

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return (queryset.filter(sid=search_term.strip()) if search_term.strip() else queryset), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {"page_title": gettext("Callbacks put aside"), **(extra_context or {})})

    def change_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """All that is known of one stands in the list."""
        return redirect("admin:messaging_pendingcallback_changelist")

    def has_handle_permission(self, request: HttpRequest) -> bool:
        """Who may act on them."""
        return actor(request).may(HANDLE)

    @admin.action(description=_("Try again"), permissions=["handle"])
    def try_them_again(self, request: HttpRequest, chosen: QuerySet[PendingCallback]) -> None:
        done = _each(request, chosen, lambda callback, by: try_again(callback=callback, by=by))
        said = ngettext(
            "%(count)s callback was tried again. What comes back to this list in a few seconds still cannot be merged.",
            "%(count)s callbacks were tried again. "
            "What comes back to this list in a few seconds still cannot be merged.",
            done,
        )
        messages.success(request, said % {"count": done})

    @admin.action(description=_("Discard"), permissions=["handle"])
    def discard_them(self, request: HttpRequest, chosen: QuerySet[PendingCallback]) -> None:
        done = _each(request, chosen, lambda callback, by: discard(callback=callback, by=by))
        said = ngettext("%(count)s callback was discarded.", "%(count)s callbacks were discarded.", done)
        messages.success(request, said % {"count": done})

    @admin.display(description=_("Came"))
    def came(self, callback: PendingCallback) -> str:
        return moment(callback.received_at)

    @admin.display(description=_("Says"))
    def told(self, callback: PendingCallback) -> str:
        if not callback.error_code:
            return callback.status
        return gettext("%(status)s, code %(code)s") % {"status": callback.status, "code": callback.error_code}

    @admin.display(description=_("About"))
    def about(self, callback: Any) -> SafeString | str:
        if callback.text is None:
            return gettext("No text of ours (%(sid)s)") % {"sid": callback.sid or gettext("no message SID")}
        address = reverse("admin:messaging_outbound_change", args=[callback.text])
        shown = gettext("Text %(number)s") % {"number": callback.text}
        return format_html('<a class="ol-link" href="{}">{}</a>', address, shown)

    @admin.display(description=_("Problem"))
    def what_is_wrong(self, callback: PendingCallback) -> SafeString:
        unknown = gettext("The database refused it: %(problem)s.") % {"problem": callback.problem}
        return format_html('<span class="ol-reason">{}</span>', _PROBLEMS.get(callback.problem, unknown))


def _each(
    request: HttpRequest, chosen: QuerySet[PendingCallback], verb: Callable[[PendingCallback, Actor], None]
) -> int:
    """Do it to each one that was chosen; those that somebody else was faster with do not count. Returns how many."""
    by, done = actor(request), 0
    for callback in chosen:
        try:
            verb(callback, by)
            done += 1
        except Refused as refused:
            messages.warning(request, refused.sentence)
    return done
