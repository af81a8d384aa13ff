"""Message providers, with their write-only secrets, and the phone numbers that texts come from."""

from collections.abc import Callable
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.widgets import UnfoldAdminPasswordWidget

from campaigns.admin.forms import VerbAdmin, VerbForm
from campaigns.admin.lists import Empty
from campaigns.admin.verbs import actor, told_by
from campaigns.language import retold
from campaigns.refusals import Refused
from messaging.actions.carriers import check_connection, fetch_numbers
from messaging.actions.providers import (
    SECRETS,
    canonical_address,
    delete_provider,
    delete_sender,
    in_use,
    save_provider,
    save_sender,
)
from messaging.actions.sending.flights import CALLBACK_RETRIES
from optins.admin.readonly import badge
from optins.models import MessageProvider, Sender

_SECRET_LABELS: Final = {
    "auth_token": _("Auth token"),
    "second_auth_token": _("Second auth token"),
    "api_key_secret": _("API key secret"),
}


class SecretField(forms.CharField):
    """Written and never shown: blank keeps what is stored."""

    def __init__(self, *, label: StrOrPromise) -> None:
        attrs = {"autocomplete": "new-password", "spellcheck": "false"}
        super().__init__(label=label, required=False, widget=UnfoldAdminPasswordWidget(attrs))


class ProviderForm(VerbForm[MessageProvider]):
    """An account at a carrier. The secrets are fields of the form only, so that none can be rendered back."""

    new_auth_token = SecretField(label=_SECRET_LABELS["auth_token"])
    new_second_auth_token = SecretField(label=_SECRET_LABELS["second_auth_token"])
    remove_second_auth_token = forms.BooleanField(label=_("Remove the second auth token"), required=False)
    new_api_key_secret = SecretField(label=_SECRET_LABELS["api_key_secret"])

    class Meta:
        model = MessageProvider
        fields = ("name", "kind", "account_sid", "api_key_sid")
        help_texts = {
            "account_sid": _("AC and 32 characters. Twilio shows it on the first page of its console."),
            "api_key_sid": _("Optional: SK and 32 characters. With a key, the auth token only checks webhooks."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        more = {
            "auth_token": gettext("It signs webhooks, and calls Twilio unless there is an API key."),
            "second_auth_token": gettext("While you rotate: webhooks signed with either token are accepted."),
            "api_key_secret": gettext("Twilio shows it once, when the key is made."),
        }
        for name, said in more.items():
            is_set = bool(getattr(self.instance, name))
            told = gettext("Set. Leave blank to keep it.") if is_set else gettext("Not set.")
            if f"new_{name}" in self.fields:
                self.fields[f"new_{name}"].help_text = f"{told} {said}"

    def act(self) -> MessageProvider:
        given = {name: self.cleaned_data[f"new_{name}"] for name in SECRETS}
        secrets = {name: secret for name, secret in given.items() if secret}
        if self.cleaned_data["remove_second_auth_token"]:
            secrets["second_auth_token"] = ""
        if self.instance._state.adding and "auth_token" not in secrets:
            raise Refused("missing_data", gettext("Give the auth token: it signs webhooks."), field="new_auth_token")
        save_provider(provider=self.instance, secrets=secrets, by=self.by)
        return self.instance


class SenderForm(VerbForm[Sender]):
    """A phone number, a short code or a messaging service."""

    class Meta:
        model = Sender
        fields = ("provider", "address", "kind", "label", "pool", "advanced_opt_out", "parts_per_second")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pool = self.fields.get("pool")
        if isinstance(pool, forms.ModelChoiceField):
            pool.queryset = Sender.objects.filter(kind=Sender.KindChoice.MESSAGING_SERVICE)
            pool.empty_label = gettext("In no messaging service")

    def clean(self) -> dict[str, Any]:
        """Spelled in the one way before the database's own rules look at it."""
        given = super().clean() or self.cleaned_data
        if given.get("address") and given.get("kind"):
            with told_by(self):
                given["address"] = canonical_address(kind=given["kind"], address=given["address"])
        return given

    def act(self) -> Sender:
        save_sender(sender=self.instance, by=self.by)
        return self.instance


class _Deletable(VerbAdmin):
    """Deletes by a verb, and says beforehand why it will not."""

    actions = None

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(request, {**self._heading(), **(extra_context or {})})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        return super().changeform_view(request, object_id, form_url, {**self._heading(), **(extra_context or {})})

    def _heading(self) -> dict[str, Any]:
        """These pages stand under Set-up, whatever app their models are in."""
        return {"page_title": str(self.opts.verbose_name_plural).capitalize()}

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        thing = self.get_object(request, object_id)
        problem = in_use(thing) if thing is not None else ""
        if problem:
            messages.error(request, problem)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)
        return super().delete_view(request, object_id, extra_context)


@admin.register(MessageProvider)
class MessageProviderAdmin(_Deletable):
    """Accounts at Twilio, or at the simulated carrier."""

    empty = Empty(
        "dns",
        _("No message provider yet"),
        _("Add your Twilio account: its SID and token. Its phone numbers can then be fetched."),
    )
    form = ProviderForm
    list_display = ("name", "kind", "account_sid", "numbers", "connection")
    fieldsets = (
        (None, {"fields": ("name", "kind")}),
        (_("Credentials"), {"fields": ("account_sid", "new_auth_token", "api_key_sid", "new_api_key_secret")}),
        (_("Rotating the auth token"), {"fields": ("new_second_auth_token", "remove_second_auth_token")}),
    )
    change_form_template = "admin/messaging/provider.html"

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(self.check_view)
        fetch = self.admin_site.admin_view(self.fetch_view)
        return [
            path("<int:provider_id>/check/", check, name="optins_messageprovider_check"),
            path("<int:provider_id>/fetch/", fetch, name="optins_messageprovider_fetch"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageProvider]:
        providers: QuerySet[MessageProvider] = super().get_queryset(request)
        return providers.prefetch_related("senders")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever only reads sees that secrets are set, and no field for them."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj)
        return ((None, {"fields": ("name", "kind", "account_sid", "api_key_sid", "connection")}),)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        base = settings.PUBLIC_BASE_URL
        addresses = {
            "inbound_url": f"{base}/webhooks/twilio/inbound#{CALLBACK_RETRIES}",
            "status_url": f"{base}/webhooks/twilio/status",
        }
        return super().changeform_view(request, object_id, form_url, {**addresses, **(extra_context or {})})

    def check_view(self, request: HttpRequest, provider_id: int) -> HttpResponse:
        """Test connection."""
        return self._asked(request, provider_id, lambda row: check_connection(provider=row, by=actor(request)))

    def fetch_view(self, request: HttpRequest, provider_id: int) -> HttpResponse:
        """Fetch numbers."""

        def fetch(provider: MessageProvider) -> str:
            added = fetch_numbers(provider=provider, by=actor(request))
            found = ", ".join(sender.address for sender in added)
            return (
                gettext("Added %(count)s: %(numbers)s.") % {"count": len(added), "numbers": found}
                if added
                else gettext("There is no number that is not here already.")
            )

        return self._asked(request, provider_id, fetch)

    def _asked(self, request: HttpRequest, provider_id: int, ask: Callable[[MessageProvider], str]) -> HttpResponse:
        provider = get_object_or_404(MessageProvider, pk=provider_id)
        if request.method == "POST":
            try:
                messages.success(request, ask(provider))
            except Refused as refused:
                messages.error(request, refused.sentence)
        elif not self.has_view_permission(request, provider):
            raise PermissionDenied
        return redirect(reverse("admin:optins_messageprovider_change", args=[provider_id]))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_provider(provider=obj, by=actor(request))

    @admin.display(description=_("Phone numbers"))
    def numbers(self, provider: MessageProvider) -> int:
        return len(provider.senders.all())

    @admin.display(description=_("Connection"))
    def connection(self, provider: MessageProvider) -> str:
        if provider.check_problem:
            return badge("failed", retold(provider.check_problem))
        return badge("active", gettext("Works")) if provider.checked_at else badge("", gettext("Not tested"))


@admin.register(Sender)
class SenderAdmin(_Deletable):
    """Phone numbers: what a message can come from."""

    empty = Empty(
        "dialpad",
        _("No phone number yet"),
        _("Fetch the numbers of an account on the page of its message provider, or add one here."),
    )
    form = SenderForm
    list_display = ("number", "kind", "label", "provider", "service", "who_answers_stop", "parts_per_second")
    sortable_by = ()
    list_filter = (("kind", ChoicesDropdownFilter), ("provider", RelatedDropdownFilter))
    list_filter_submit = True
    list_select_related = ("provider", "pool")
    search_fields = ("address", "label")
    search_help_text = _("A number, a short code or a label.")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A number stays what it is: texts and consent refer to it."""
        return ("provider", "address", "kind") if obj else ()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        delete_sender(sender=obj, by=actor(request))

    @admin.display(description=_("Number"))
    def number(self, sender: Sender) -> str:
        return _short(sender)

    @admin.display(description=_("Messaging service"))
    def service(self, sender: Sender) -> str:
        return (sender.pool.label or _short(sender.pool)) if sender.pool else "–"

    @admin.display(description=_("Advanced opt-out"))
    def who_answers_stop(self, sender: Sender) -> str:
        return gettext("On: Twilio answers STOP") if sender.opt_out_is_advanced else gettext("Off")


def _short(sender: Sender) -> str:
    """A number as it is, the 34 characters of a messaging service cut in the middle."""
    address = sender.address
    return address if len(address) <= len("+123456789012345") else f"{address[:6]}…{address[-4:]}"
