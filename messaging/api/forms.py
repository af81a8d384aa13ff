"""What the events call takes."""

import datetime as dt
from typing import Any, Final

from rest_framework import serializers

from optins.api.forms import Text

_LARGEST_PROPERTIES: Final = 50


class Moment(serializers.DateTimeField):
    """ISO 8601 with an offset: without one nobody knows when it was."""

    default_error_messages = {"naive": "Give the time with its offset, such as 2026-11-22T10:00:00Z."}

    def to_internal_value(self, value: Any) -> dt.datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="2026-11-22T10:00:00Z")
        return super().to_internal_value(value)

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        if value.tzinfo is None:
            self.fail("naive")
        return super().enforce_timezone(value)


class Event(serializers.Serializer[Any]):
    event_id = Text(max_length=255, help_text="Your id of this event: it counts once, however often it is told.")
    name = Text(max_length=100, help_text="What triggered messages listen to, such as `purchase`.")
    occurred_at = Moment(required=False, allow_null=True, help_text="With its offset. By default now.")
    properties = serializers.DictField(
        child=serializers.JSONField(allow_null=True), required=False, help_text=f"{_LARGEST_PROPERTIES} at most."
    )

    def validate_properties(self, value: dict[str, Any]) -> dict[str, Any]:
        if len(value) > _LARGEST_PROPERTIES:
            raise serializers.ValidationError(f"Give {_LARGEST_PROPERTIES} properties at most.")
        return value
