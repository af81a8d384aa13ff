"""What the API takes and gives, as forms that check requests and document both."""

from typing import Any

from rest_framework import serializers

_LARGEST_ID = 2**63 - 1


class Text(serializers.CharField):
    """A JSON string and nothing else: a number would have lost its leading zeros."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(serializers.IntegerField):
    """A JSON number that can be an id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=_LARGEST_ID, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return super().to_internal_value(data)


# --- Requests --------------------------------------------------------------------------------


class CodeRequest(serializers.Serializer[Any]):
    external_id = Text(max_length=255, help_text="The customer, as you know them.")
    to_phone_number = Text(
        max_length=40, help_text="In any spelling: `13139711649`, `+1 313-971-1649`, `(313) 971-1649`."
    )
    campaign_id = Id(
        required=False, allow_null=True, help_text="The opt-in campaign to join. By default the app's own."
    )
    message_text = Text(
        required=False, allow_blank=True, allow_null=True,
        help_text="Begins the text in place of “Your … code is”: 60 characters, no links, no long numbers.",
    )  # fmt: skip
    ip_address = serializers.IPAddressField(
        required=False, allow_null=True,
        help_text="The person's own address, for limits and evidence. Without it your server's is taken.",
    )  # fmt: skip


class CodeConfirmation(serializers.Serializer[Any]):
    external_id = Text(max_length=255, help_text="As in the request.")
    to_phone_number = Text(max_length=40, help_text="As in the request, in any spelling.")
    validation_code = Text(max_length=64, help_text="What the person typed. Spaces and hyphens do not matter.")
    ip_address = serializers.IPAddressField(
        required=False, allow_null=True, help_text="The person's own address, kept with the consent."
    )


class PhoneNumberEntry(serializers.Serializer[Any]):
    phone_number = Text(max_length=40)
    phone_type = Text(required=False, help_text="Always `mobile`; not read.")
    preference_flags = serializers.ListField(child=Text(), required=False, help_text="Not read.")
    verified_ownership = serializers.BooleanField(
        required=False, help_text="Not read: only a code that was texted verifies a number."
    )


class UserUpdate(serializers.Serializer[Any]):
    """Fields that are left out stay as they are; null or a blank clears one."""

    external_id = Text(required=False, help_text="May be repeated here, as it stands in the path.")
    first_name = Text(required=False)
    last_name = Text(required=False)
    email = serializers.EmailField(required=False)
    birth_date = serializers.DateField(required=False)
    language = Text(required=False, help_text="Such as `en` or `es-MX`.")
    time_zone = Text(required=False, help_text="An IANA name, such as `America/Chicago`.")
    country = Text(required=False, help_text="Two letters, such as `US`.")
    state = Text(required=False)
    postal_code = Text(required=False)
    attributes = serializers.DictField(
        child=serializers.JSONField(), required=False, help_text="Merged into those on file; null removes one."
    )
    phone_numbers = PhoneNumberEntry(many=True, required=False, help_text="Replaces the whole list; `[]` clears it.")


class OptOut(serializers.Serializer[Any]):
    to_phone_number = Text(
        required=False, allow_null=True, max_length=40, help_text="One of the customer's numbers. By default all."
    )
    campaign_id = Id(
        required=False, allow_null=True, help_text="Only this opt-in campaign. By default every text stops."
    )
    reason = Text(required=False, allow_blank=True, allow_null=True, max_length=255)


# --- Answers ---------------------------------------------------------------------------------


class Ok(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])


class ErrorDetail(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="Stable, lower case. Decide by this.")
    message = serializers.CharField(help_text="A sentence for the developer. It may change.")


class Error(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["error"])

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Declared as an attribute, it would take the place of the serializer's own `errors`.
        return {**super().get_fields(), "errors": ErrorDetail()}


class ConsentState(serializers.Serializer[Any]):
    campaign_id = serializers.IntegerField()
    preference = serializers.CharField(help_text="As the dashboard lists it: `sms - 1417 spring-offers`.")
    state = serializers.ChoiceField(choices=["pending", "opted_in", "opted_out", "expired"])


class PhoneNumberState(serializers.Serializer[Any]):
    phone_number = serializers.CharField(help_text="E.164: `+13139711649`.")
    phone_type = serializers.ChoiceField(choices=["mobile"])
    preference_flags = serializers.ListField(
        child=serializers.CharField(), help_text="`primary` marks the number that consent by app counts for."
    )
    verified_ownership = serializers.BooleanField()
    opted_out = serializers.BooleanField(help_text="No text may go to this number, whatever its consents say.")
    consents = ConsentState(many=True)


class UserState(serializers.Serializer[Any]):
    external_id = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    language = serializers.CharField()
    time_zone = serializers.CharField()
    country = serializers.CharField()
    state = serializers.CharField()
    postal_code = serializers.CharField()
    attributes = serializers.DictField(child=serializers.JSONField())
    phone_numbers = PhoneNumberState(many=True)


class User(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])
    user = UserState()


class OptedOut(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])
    ended = serializers.IntegerField(help_text="How many subscriptions this call ended.")
