"""Stops of sending: who stopped everything, when and why; and the two buttons of the home page."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.admin.lists import Empty
from campaigns.admin.verbs import actor
from campaigns.language import retold
from campaigns.refusals import Refused
from messaging.actions.stopping import hold_sending, release_sending
from messaging.models import SendingHold
from optins.admin.readonly import ReadOnlyAdmin


@admin.register(SendingHold)
class SendingHoldAdmin(ReadOnlyAdmin):
    """What was stopped stays on record; only verbs write it."""

    empty = Empty(
        "front_hand",
        _("Sending was never stopped"),
        _("“Stop all sending” on Home holds every text at once; who did it, why, and until when stands here."),
    )
    search_fields = ()
    list_display = ("why", "held_at", "held_by", "released_at", "released_by")
    fields = ("why", "cause", "held_at", "held_by", "since", "reconciled_at", "released_at", "released_by")

    @admin.display(description=_("reason"))
    def why(self, hold: SendingHold) -> str:
        return retold(hold.reason)

    def get_urls(self) -> list[URLPattern]:
        return [
            path("hold/", self.admin_site.admin_view(self.hold_view), name="messaging_sendinghold_hold"),
            path("release/", self.admin_site.admin_view(self.release_view), name="messaging_sendinghold_release"),
            *super().get_urls(),
        ]

    def hold_view(self, request: HttpRequest) -> HttpResponse:
        """Stop all sending."""
        return _done(request, lambda: hold_sending(by=actor(request)), gettext("All sending is stopped."))

    def release_view(self, request: HttpRequest) -> HttpResponse:
        """Release sending."""
        return _done(request, lambda: release_sending(by=actor(request)), gettext("Sending goes on."))


def _done(request: HttpRequest, verb: Callable[[], object], said: str) -> HttpResponse:
    if request.method == "POST":
        try:
            verb()
            messages.success(request, said)
        except Refused as refused:
            messages.error(request, refused.sentence)
    return redirect("admin:index")
