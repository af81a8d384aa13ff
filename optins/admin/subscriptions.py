"""Subscriptions: who stands how in which programme, on what evidence, and opting a person out by hand."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from campaigns.admin.lists import Empty
from campaigns.admin.verbs import actor, attempt
from campaigns.seeing import number_shown
from optins.actions.opting_out import OPT_OUT_PERMISSION, opt_out_number
from optins.admin.readonly import ProgrammeFilter, ReadOnlyAdmin, link
from optins.models import ConsentEvent, Subscription, Suppression

_RECENT_ENTRIES = 100


class OptOutForm(forms.Form):
    """How far the opt-out goes, and the person's own words."""

    scope = forms.ChoiceField(
        label=_("What does it end?"),
        choices=[("one", _("Only this messaging preference")), ("all", _("Every text from us, from any number"))],
        initial="one",
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = forms.CharField(
        label=_("How did the person ask to be taken off?"),
        max_length=255,
        widget=UnfoldAdminTextareaWidget({"rows": 2, "placeholder": _("Called our hotline on 3 May")}),
        error_messages={"required": _("Say how the person asked: it is the evidence of the opt-out.")},
    )


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    """The list of standings, the page of one with its evidence, and opting a person out."""

    empty = Empty(
        "how_to_reg",
        _("Nobody has joined yet"),
        _(
            "People join an SMS Opt-In campaign by texting its keyword, or through your app with a code. Launch "
            "one and make its keyword known."
        ),
    )
    list_display = ("phone", "preference", "state_badge", "person", "opted_in_at", "opted_out_at")
    list_filter = ("state", ProgrammeFilter, ("opted_in_at", admin.DateFieldListFilter))
    list_select_related = ("programme", "customer")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.opt_out_view)
        return [path("<int:pk>/opt-out/", view, name="optins_subscription_opt_out"), *super().get_urls()]

    @admin.display(description=_("messaging preference"), ordering="programme")
    def preference(self, row: Subscription) -> str:
        return row.programme.preference

    @admin.display(description=_("customer"))
    def person(self, row: Subscription) -> str:
        if row.customer is None:
            return "—"
        return link(reverse("admin:messaging_person", args=[row.customer_id]), row.customer)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The standing and the whole evidence behind it."""
        subscription = self._subscription(request, int(object_id) if object_id.isdigit() else 0)
        entries = ConsentEvent.objects.of(subscription.number).select_related("programme", "sender", "personal")
        suppressions = Suppression.objects.standing_for(subscription.number).select_related("sender")
        return self._page(
            request,
            "admin/optins/subscription.html",
            subscription,
            entries=entries[:_RECENT_ENTRIES],
            suppressions=suppressions,
            may_opt_out=actor(request).may(OPT_OUT_PERMISSION) and subscription.state in _CAN_END,
        )

    def opt_out_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        subscription = self._subscription(request, pk)
        if not actor(request).may(OPT_OUT_PERMISSION):
            raise PermissionDenied
        form = OptOutForm(request.POST or None)
        if request.method == "POST" and attempt(form, lambda: _opt_out(subscription, form, request)):
            done = gettext("%(number)s was opted out.") % {"number": number_shown(subscription.number)}
            messages.success(request, done)
            return HttpResponseRedirect(reverse("admin:optins_subscription_change", args=[pk]))
        return self._page(request, "admin/optins/opt_out.html", subscription, form=form)

    def _subscription(self, request: HttpRequest, pk: int) -> Subscription:
        rows = Subscription.objects.select_related("programme", "customer", "sender", "stopped_on", "consent_event")
        subscription = get_object_or_404(rows, pk=pk)
        if not self.has_view_permission(request, subscription):
            raise PermissionDenied
        return subscription

    def _page(self, request: HttpRequest, template: str, subscription: Subscription, **shown: Any) -> HttpResponse:
        number = number_shown(subscription.number)
        context = {**self.admin_site.each_context(request), "title": number, "number": number}
        return TemplateResponse(request, template, {**context, "subscription": subscription, **shown})


_CAN_END = (Subscription.State.OPTED_IN, Subscription.State.PENDING)


def _opt_out(subscription: Subscription, form: OptOutForm, request: HttpRequest) -> None:
    only = subscription.programme_id if form.cleaned_data["scope"] == "one" else None
    opt_out_number(number=subscription.number, by=actor(request), reason=form.cleaned_data["reason"], programme_id=only)
