"""Customers: found by any spelling of their numbers, edited without a line of JSON."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns import profile
from campaigns.actions.attributes import delete_attribute, save_attribute
from campaigns.actions.customers import delete_customer, edit_customer
from campaigns.admin.customer_widgets import AttributesField, NumbersField, NumbersWidget, attribute_facts, number_rows
from campaigns.admin.forms import VerbAdmin, VerbForm
from campaigns.admin.kept_filters import onward
from campaigns.admin.lists import Empty, LatestRows
from campaigns.admin.verbs import actor
from campaigns.models import Attribute, Customer
from campaigns.queries import find_customers

_PROFILE = tuple(profile.FIELDS)


class CustomerForm(VerbForm[Customer]):
    """The profile, the numbers and the attributes of one person."""

    phone_numbers = NumbersField(label=gettext_lazy("Phone numbers"), required=False)
    attributes = AttributesField(label=gettext_lazy("Attributes"), required=False)

    class Meta:
        model = Customer
        fields = (*_PROFILE, "attributes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = self.fields["phone_numbers"].widget
        if isinstance(widget, NumbersWidget) and self.instance.pk:
            widget.held = list(self.instance.phone_numbers.all())

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for field in _PROFILE:
            try:
                given[field] = profile.read(field, given.get(field))
            except ValueError as error:
                sentence = str(error)
                self.add_error(field, sentence[:1].upper() + sentence[1:])
        return given

    def _post_clean(self) -> None:
        """The verb validates and writes. The model's own validation would ask the same twice."""

    def act(self) -> Customer:
        return edit_customer(
            customer=self.instance if self.instance.pk else None,
            profile={field: self.cleaned_data[field] for field in _PROFILE},
            phone_numbers=self.cleaned_data["phone_numbers"],
            attributes=self.cleaned_data["attributes"],
            by=self.by,
        )


@admin.register(Customer)
class CustomerAdmin(VerbAdmin):
    """The list of customers and the page of one."""

    empty = Empty(
        "group",
        gettext_lazy("No customers yet"),
        gettext_lazy("Customers come from an import, from your apps by the API, or by texting a keyword."),
    )
    form = CustomerForm
    list_display = ("name", "external_id", "numbers", "created_at", "everything")
    search_fields = ("external_id",)
    search_help_text = gettext_lazy(
        "Words of a name, the beginning of an email or external ID, a phone number or its last digits."
    )
    # Nothing counts a million people to show fifty.
    paginator = LatestRows
    show_full_result_count = False
    actions = None
    list_per_page = 50
    readonly_fields = ("phone_list", "attribute_list")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).prefetch_related("phone_numbers")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        return (find_customers(queryset, search_term) if search_term.strip() else queryset), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        may_edit = self.has_change_permission(request, obj) if obj else True
        last = ("phone_numbers", "attributes") if may_edit else ("phone_list", "attribute_list")
        return (
            (_("Who"), {"fields": (("first_name", "last_name"), ("external_id", "email"), "birth_date")}),
            (_("Where"), {"fields": (("country", "state"), ("postal_code", "time_zone"), "language")}),
            (_("Phone numbers"), {"fields": (last[0],)}),
            (_("Attributes"), {"fields": (last[1],)}),
        )

    def delete_model(self, request: HttpRequest, obj: Customer) -> None:
        delete_customer(customer=obj, by=actor(request))

    @admin.display(description=gettext_lazy("Name"), ordering="last_name")
    def name(self, customer: Customer) -> str:
        return str(customer)

    @admin.display(description=gettext_lazy("Phone numbers"))
    def numbers(self, customer: Customer) -> str:
        return _marks(customer)

    @admin.display(description=gettext_lazy("What happened"))
    def everything(self, customer: Customer) -> SafeString:
        # The page shows texts and consent, too, so that it lives in the app above.
        address = onward(reverse("admin:messaging_person", args=[customer.pk]), customer)
        return format_html(
            '<a class="ol-link" href="{}" aria-label="{}">{}</a>',
            address,
            _("Timeline of %(name)s") % {"name": customer},
            _("Timeline"),
        )

    @admin.display(description=gettext_lazy("Phone numbers"))
    def phone_list(self, customer: Customer) -> str:
        return _marks(customer)

    @admin.display(description=gettext_lazy("Attributes"))
    def attribute_list(self, customer: Customer) -> str:
        facts = attribute_facts(customer)
        return render_to_string("admin/campaigns/customer/facts.html", {"facts": facts})


def _marks(customer: Customer) -> str:
    """The numbers with their verified marks, to read."""
    numbers = number_rows(customer.phone_numbers.all())
    return render_to_string("admin/campaigns/customer/number_marks.html", {"numbers": numbers})


class AttributeForm(VerbForm[Attribute]):
    """A word of the vocabulary."""

    choices = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        help_text=gettext_lazy("For “One of a list”: what it is one of, each on a line of its own."),
    )

    class Meta:
        model = Attribute
        fields = ("key", "label", "type")
        help_texts = {
            "key": gettext_lazy("How files, the API and messages name it: a to z, 0 to 9 and _."),
            "label": gettext_lazy("How marketers see it in segments. Blank shows the key."),
            "type": gettext_lazy("Values on file that are not of this type count as unknown."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "choices" in self.fields:
            self.initial["choices"] = "\n".join(self.instance.choices)

    def act(self) -> Attribute:
        attribute = self.instance if self.instance.pk else None
        given = {"key": self.instance.key, **self.cleaned_data}
        return save_attribute(attribute=attribute, by=self.by, **given | {"choices": given["choices"].splitlines()})


@admin.register(Attribute)
class AttributeAdmin(VerbAdmin):
    """What may be known of customers beyond their profile."""

    empty = Empty(
        "sell",
        gettext_lazy("No attributes yet"),
        gettext_lazy("Attributes are learned from the columns of imports and from the API, or added here."),
    )
    form = AttributeForm
    list_display = ("__str__", "key", "type")
    search_fields = ("key", "label")
    actions = None

    def delete_model(self, request: HttpRequest, obj: Attribute) -> None:
        delete_attribute(attribute=obj, by=actor(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj else ()
