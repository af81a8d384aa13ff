"""The vocabulary of attributes: learned from what apps and files bring, kept true to the segments that use it."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns import profile
from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.models import Attribute, Campaign, Segment
from campaigns.nesting import stored_conditions
from campaigns.refusals import Refused
from campaigns.rules import Field, Kind, RuleError, fields_of, parse, parse_condition
from campaigns.values import read_text
from campaigns.vocabulary import fields

MAX_ATTRIBUTES = 500
MAX_CHOICES = 100


def learn(kinds: Mapping[str, Kind], *, labels: Mapping[str, str] | None = None) -> None:
    """Add the attributes that are new, inside the caller's transaction. Raises Refused when there are too many.

    The limit keeps an app that makes up names from drowning the lists that marketers choose from.
    """
    new = sorted(kinds.keys() - set(Attribute.objects.filter(key__in=kinds).values_list("key", flat=True)))
    if not new:
        return
    if Attribute.objects.count() + len(new) > MAX_ATTRIBUTES:
        sentence = _("There are %(number)s attributes, which is the limit. Delete some that nobody uses.")
        raise Refused("too_many_attributes", sentence % {"number": MAX_ATTRIBUTES}, field="attributes")
    rows = [Attribute(key=key, type=kinds[key].value, label=(labels or {}).get(key, _title(key))[:100]) for key in new]
    # Two calls may learn the same word at once: the first one's kind stands.
    Attribute.objects.bulk_create(rows, ignore_conflicts=True)


def save_attribute(
    *, attribute: Attribute | None, key: str, label: str, type: str, choices: Sequence[str] = (), by: Actor
) -> Attribute:
    """Add a word to the vocabulary, or change its label or kind. `choices` are what a choice is one of.

    Raises Refused when the key is taken or no key, when a segment or campaign asks about it in its present kind, or
    a segment about a choice that is gone; PermissionDenied.
    """
    by.require("campaigns.add_attribute" if attribute is None else "campaigns.change_attribute")
    with transaction.atomic():
        kept = None if attribute is None else Attribute.objects.select_for_update().get(pk=attribute.pk)
        saved = kept or Attribute()
        if (saved.key, saved.type) != (key, type):
            _require_free(key, other_than=saved)
            if kept is not None:
                _require_unused(kept)
        saved.key, saved.label, saved.type = key, label, type
        saved.choices = _read_choices(choices) if type == Attribute.Type.CHOICE else []
        _require_choices_kept(saved)
        saved.save()
        record(by=by, act="attribute.save", of=saved, key=key, type=type)
    return saved


def delete_attribute(*, attribute: Attribute, by: Actor) -> None:
    """Take a word out of the vocabulary; the values on file stay, unseen. Raises Refused while it is in use."""
    by.require("campaigns.delete_attribute")
    with transaction.atomic():
        _require_unused(attribute)
        record(by=by, act="attribute.delete", of=attribute, key=attribute.key)
        attribute.delete()


def _title(key: str) -> str:
    """A label for a word that came without one."""
    return key.replace("_", " ").strip().capitalize()


def _require_free(key: str, *, other_than: Attribute) -> None:
    try:
        profile.check_key(key)
    except ValueError as error:
        raise Refused("invalid_attribute", str(error), field="key") from None
    if Attribute.objects.filter(key=key).exclude(pk=other_than.pk).exists():
        raise Refused(
            "attribute_taken", _("There is already an attribute “%(key)s”. Edit that one.") % {"key": key}, field="key"
        )


def _read_choices(choices: Sequence[str]) -> list[str]:
    """Each once, whatever its case."""
    try:
        read = [read_text(choice) for choice in choices if choice.strip()]
    except ValueError as error:
        raise Refused("invalid_attribute", _("A choice: %(problem)s") % {"problem": error}, field="choices") from None
    kept: dict[str, str] = {}
    for choice in read:
        kept.setdefault(choice.casefold(), choice)
    if not kept or len(kept) > MAX_CHOICES:
        sentence = _("Write what it is one of, from 1 to %(most)s choices, each on a line of its own.")
        raise Refused("invalid_attribute", sentence % {"most": MAX_CHOICES}, field="choices")
    return list(kept.values())


def _require_choices_kept(attribute: Attribute) -> None:
    """A segment that asks about a choice which is gone could not be asked any more."""
    choices = {choice: choice for choice in attribute.choices}
    asked = {attribute.key: Field(attribute.key, str(attribute), Kind(attribute.type), choices)}
    for segment in Segment.objects.order_by("name"):
        conditions = [each for each in stored_conditions(segment.rule) if each["field"] == attribute.key]
        try:
            for condition in conditions:
                parse_condition(condition, asked)
        except RuleError as error:
            sentence = _(
                "The segment “%(segment)s” asks about a choice that would be gone. %(problem)s Change that first."
            ) % {"segment": segment, "problem": error}
            raise Refused("attribute_in_use", sentence, field="choices") from None


def _require_unused(attribute: Attribute) -> None:
    """A rule that lost its field could not be asked any more, and a send would not know whom it means."""
    asking = [segment for segment in Segment.objects.all() if _asks(segment, attribute)]
    users = [_("the segment “%(name)s”") % {"name": segment.name} for segment in asking]
    restricted = Campaign.objects.filter(restriction=Campaign.Restriction.ATTRIBUTE, required_attribute=attribute.key)
    users += [_("the campaign “%(name)s”") % {"name": campaign.name} for campaign in restricted]
    if users:
        sentence = _(
            "“%(attribute)s” is used by %(users)s. Change that first; the label can be changed at any time."
        ) % {"attribute": attribute, "users": ", ".join(users[:3])}
        raise Refused("attribute_in_use", sentence, field="type")


def _asks(segment: Segment, attribute: Attribute) -> bool:
    try:
        return attribute.key in fields_of(parse(segment.rule, fields()))
    except RuleError:
        return False
