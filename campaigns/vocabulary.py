"""What rules may ask about: the profile, the attributes, other segments, events, and the texts that people had."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Final, Protocol

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.models import Attribute, Segment
from campaigns.rules import EVENT, MESSAGE, SEGMENT, Field, Kind

PROFILE_FIELDS: Final = (
    Field("external_id", gettext_noop("External ID"), Kind.TEXT),
    Field("first_name", gettext_noop("First name"), Kind.TEXT),
    Field("last_name", gettext_noop("Last name"), Kind.TEXT),
    Field("email", gettext_noop("Email"), Kind.TEXT),
    Field("birth_date", gettext_noop("Birth date"), Kind.DATE),
    Field("language", gettext_noop("Language"), Kind.TEXT),
    Field("time_zone", gettext_noop("Time zone"), Kind.TEXT),
    Field("country", gettext_noop("Country"), Kind.TEXT, is_place=True),
    Field("state", gettext_noop("State or province"), Kind.TEXT, is_place=True),
    Field("postal_code", gettext_noop("Postal code"), Kind.TEXT),
)
PROFILE_KEYS: Final = frozenset(field.key for field in PROFILE_FIELDS)

# One step from name to name along the index: a few look-ups, however many events there are.
_EVENT_NAMES: Final = """
    WITH RECURSIVE names AS (
        (SELECT name FROM campaigns_customerevent ORDER BY name LIMIT 1)
        UNION ALL
        SELECT (SELECT name FROM campaigns_customerevent later WHERE later.name > names.name ORDER BY name LIMIT 1)
        FROM names WHERE names.name IS NOT NULL
    )
    SELECT name FROM names WHERE name IS NOT NULL LIMIT 500
"""


class MessageHistory(Protocol):
    """What the app that texts people knows of them, asked from below: `settings.MESSAGE_HISTORY` names it."""

    def names(self) -> Mapping[str, str]:
        """The messages by their number, the newest first, with what they are called."""

    def was_sent(self, message: int) -> Q:
        """Customers to whom the message went out, as far as anybody knows; never unknown."""


@cache
def message_history() -> MessageHistory:
    """Segments ask about texts, which are the business of an app above this one: the roof says which."""
    history: MessageHistory = import_string(settings.MESSAGE_HISTORY)()
    return history


def known_fields() -> Mapping[str, Field]:
    """What may be known of a customer. A profile field's key wins over an attribute's."""
    attributes = [
        Field(row.key, row.label or row.key, Kind(row.type), {choice: choice for choice in row.choices})
        for row in Attribute.objects.all()
    ]
    profile = [replace(field, label=_(field.label)) for field in PROFILE_FIELDS]
    return {field.key: field for field in (*attributes, *profile)}


def fields() -> Mapping[str, Field]:
    """What rules may ask about: what may be known, and what else may be true of a customer."""
    asked = (
        Field(SEGMENT, _("Segment"), Kind.SEGMENT, _WhenAsked(_segments)),
        Field(EVENT, _("Event"), Kind.EVENT, _WhenAsked(_events)),
        Field(MESSAGE, _("Message"), Kind.MESSAGE, _WhenAsked(message_history().names)),
    )
    return {**known_fields(), **{field.key: field for field in asked}}


class _WhenAsked(Mapping[str, str]):
    """Choices that are read once, and only if somebody looks at them: most rules name no segment and no message."""

    def __init__(self, read: Callable[[], Mapping[str, str]]) -> None:
        self._read = read
        self._found: Mapping[str, str] | None = None

    def _all(self) -> Mapping[str, str]:
        if self._found is None:
            self._found = self._read()
        return self._found

    def __getitem__(self, key: str) -> str:
        return self._all()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def _segments() -> Mapping[str, str]:
    return {str(key): name for key, name in Segment.objects.values_list("pk", "name")}


def _events() -> Mapping[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(_EVENT_NAMES)
        return {name: name for (name,) in cursor.fetchall()}
