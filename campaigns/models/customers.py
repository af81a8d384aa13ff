"""Customers, their phone numbers, what is known about them and what they did."""

from typing import Final

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Reverse, Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.phone import E164_PATTERN, mask

NAME_WORDS: Final = SearchVector("first_name", "last_name", config="simple")
"""The words of a customer's names as they are searched."""


class Customer(models.Model):
    """A person. Known to apps by `external_id`; without one while known only by a text that joined."""

    external_id = models.CharField(_("external id"), max_length=255, null=True, blank=True, unique=True)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    email = models.EmailField(_("email"), blank=True)
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=16, blank=True, help_text=_("A language code, such as en or es-MX.")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, help_text=_("An IANA name: America/Chicago.")
    )
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, such as US."))
    state = models.CharField(_("state or province"), max_length=64, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=16, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="customer_external_id_not_blank",
                condition=~Q(external_id=""),
                violation_error_message=_("Leave the external ID out rather than blank."),
            ),
        ]
        indexes = [
            # The customer list in the order of the names.
            models.Index(fields=["last_name", "first_name"], name="customer_by_name"),
            # The search for people: each word of a name by its beginning, emails and external IDs by theirs.
            GinIndex(NAME_WORDS, name="customer_by_name_word"),
            models.Index(OpClass(Upper("email"), name="text_pattern_ops"), name="customer_by_email"),
            models.Index(OpClass(Upper("external_id"), name="text_pattern_ops"), name="customer_by_external_id"),
        ]

    def __str__(self) -> str:
        name = f"{self.first_name} {self.last_name}".strip()
        return name or self.external_id or f"Customer {self.pk}"


class PhoneNumber(models.Model):
    """An E.164 address of a customer. Two customers may hold the same one: consent belongs to the number."""

    customer = models.ForeignKey(
        Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="phone_numbers"
    )
    number = models.CharField(_("number"), max_length=16)
    country = models.CharField(
        _("country"), max_length=2, blank=True, editable=False, help_text=_("Read from the number.")
    )
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("phone number")
        verbose_name_plural = _("phone numbers")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="phone_once_per_customer"),
            models.CheckConstraint(
                name="phone_is_e164",
                condition=Q(number__regex=E164_PATTERN),
                violation_error_message=_("Write the number with its country code: +13135550123."),
            ),
        ]
        indexes = [
            # An inbound text looks its customers up by number; an audience each number's other holders.
            models.Index(fields=["number"], include=["customer"], name="phone_by_number"),
            # The search for people by the last digits of a number.
            models.Index(OpClass(Reverse("number"), name="text_pattern_ops"), name="phone_by_last_digits"),
        ]

    def __str__(self) -> str:
        return mask(self.number)


class Attribute(models.Model):
    """A thing that may be known of a customer beyond the profile, with its type: the vocabulary of
    segments, merge fields and restrictions. Learned from imports and the API, or added by hand."""

    class Type(models.TextChoices):
        TEXT = "text", pgettext_lazy("kind of value", "Text")
        NUMBER = "number", _("Number")
        DATE = "date", _("Date")
        BOOLEAN = "boolean", _("Yes or no")
        CHOICE = "choice", _("One of a list")

    key = models.SlugField(_("key"), max_length=64, unique=True)
    label = models.CharField(_("label"), max_length=100, blank=True)
    type = models.CharField(_("type"), max_length=10, choices=Type.choices, default=Type.TEXT)
    choices = models.JSONField(
        _("choices"), default=list, blank=True, help_text=_("The texts that a choice is one of, in their order.")
    )

    class Meta:
        verbose_name = _("attribute")
        verbose_name_plural = _("attributes")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(name="attribute_choice_has_choices", condition=~Q(type="choice") | ~Q(choices=[])),
        ]

    def __str__(self) -> str:
        return self.label or self.key


class CustomerEvent(models.Model):
    """Something a customer did, told by an app. Triggered messages listen to these."""

    customer = models.ForeignKey(Customer, verbose_name=_("customer"), on_delete=models.CASCADE, related_name="events")
    name = models.CharField(_("name"), max_length=100)
    source = models.CharField(_("source"), max_length=64, help_text=_("The key of the API app that told it."))
    event_id = models.CharField(_("event id"), max_length=255)
    properties = models.JSONField(_("properties"), default=dict, blank=True)
    digest = models.CharField(
        _("digest"), max_length=64, help_text=_("SHA-256 of the request, to tell a repeat from a clash.")
    )
    occurred_at = models.DateTimeField(_("occurred at"))
    received_at = models.DateTimeField(_("received at"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("customer event")
        verbose_name_plural = _("customer events")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="event_once_per_app"),
        ]
        indexes = [
            # Segments and a person's timeline ask for one customer's events of one name, newest first.
            models.Index(fields=["customer", "name", "-occurred_at"], name="event_by_customer"),
            # Segments ask who did something lately; the builder lists the names in use.
            models.Index(fields=["name", "occurred_at"], include=["customer"], name="event_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.event_id})"
