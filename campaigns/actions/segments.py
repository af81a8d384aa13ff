"""Segments: named rules, checked against the vocabulary before they are kept."""

from django.db import transaction
from django.db.models import ProtectedError

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.audience import fields
from campaigns.models import Segment
from campaigns.refusals import Refused
from campaigns.rules import RuleError, describe, dump, parse


def save_segment(*, segment: Segment | None, name: str, description: str = "", rule: object, by: Actor) -> Segment:
    """Make a segment or change one. Every campaign that means it means the new rule from now on.

    `rule` is of the grammar of `campaigns.rules`. Raises Refused, PermissionDenied.
    """
    by.require("campaigns.add_segment" if segment is None else "campaigns.change_segment")
    try:
        group = parse(rule, fields())
    except RuleError as error:
        raise Refused("invalid_rule", str(error), field="rule") from None
    wanted = name.strip()
    if not wanted:
        raise Refused("missing_name", "Give the segment a name.", field="name")
    with transaction.atomic():
        saved = Segment() if segment is None else Segment.objects.select_for_update().get(pk=segment.pk)
        if Segment.objects.filter(name=wanted).exclude(pk=saved.pk).exists():
            raise Refused("name_taken", f"There is already a segment “{wanted}”.", field="name")
        saved.name, saved.description, saved.rule = wanted, description, dump(group)
        saved.save()
        record(by=by, act="segment.save", of=saved, rule=saved.rule, meaning=describe(group))
    return saved


def delete_segment(*, segment: Segment, by: Actor) -> None:
    """Forget a segment. Raises Refused while a campaign or message means it, PermissionDenied."""
    by.require("campaigns.delete_segment")
    try:
        with transaction.atomic():
            record(by=by, act="segment.delete", of=segment, rule=segment.rule)
            segment.delete()
    except ProtectedError as error:
        users = ", ".join(f"“{user}”" for user in list(error.protected_objects)[:3])
        sentence = f"“{segment}” is used by {users}. Choose another audience there first."
        raise Refused("segment_in_use", sentence) from None
