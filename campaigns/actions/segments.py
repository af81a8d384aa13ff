"""Segments: named rules, checked against the vocabulary before they are kept, and never asking about themselves."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from campaigns import nesting
from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.language import english
from campaigns.models import Segment
from campaigns.queries import rule_in_words, segments_asking
from campaigns.refusals import Refused
from campaigns.rules import SEGMENT, RuleError, dump, parse
from campaigns.vocabulary import fields

MAX_SPELLED_OUT: Final = 300
"""So many conditions a rule may have when the segments in it are spelled out: all are asked in one question."""


def save_segment(*, segment: Segment | None, name: str, description: str = "", rule: object, by: Actor) -> Segment:
    """Make a segment or change one. Every campaign that means it means the new rule from now on.

    `rule` is of the grammar of `campaigns.rules`. Raises Refused, PermissionDenied.
    """
    by.require("campaigns.add_segment" if segment is None else "campaigns.change_segment")
    try:
        group = parse(rule, fields())
    except RuleError as error:
        raise Refused("invalid_rule", error.placed, field="rule") from None
    wanted = name.strip()
    if not wanted:
        raise Refused("missing_name", _("Give the segment a name."), field="name")
    with transaction.atomic():
        # All of them: of two that are changed at once, the second must see where the first one leads now.
        kept = {row.pk: row for row in Segment.objects.select_for_update().order_by("pk")}
        saved = Segment() if segment is None else kept[segment.pk]
        if any(row.name == wanted and row.pk != saved.pk for row in kept.values()):
            raise Refused("name_taken", _("There is already a segment “%(name)s”.") % {"name": wanted}, field="name")
        _require_an_end(saved, dump(group), kept)
        saved.name, saved.description, saved.rule = wanted, description, dump(group)
        saved.save()
        with english():
            meaning = rule_in_words(saved.rule, fields())
        record(by=by, act="segment.save", of=saved, rule=saved.rule, meaning=meaning)
    return saved


def delete_segment(*, segment: Segment, by: Actor) -> None:
    """Forget a segment. Raises Refused while a campaign, a message or another segment means it, PermissionDenied."""
    by.require("campaigns.delete_segment")
    _require_unasked(segment)
    try:
        with transaction.atomic():
            record(by=by, act="segment.delete", of=segment, rule=segment.rule)
            segment.delete()
    except ProtectedError as error:
        raise _in_use(segment, [str(user) for user in error.protected_objects]) from None


def _require_unasked(segment: Segment) -> None:
    users = segments_asking(SEGMENT, segment.pk)
    if users:
        raise _in_use(segment, [user.name for user in users])


def _in_use(segment: Segment, users: Sequence[str]) -> Refused:
    who = ", ".join(f"“{user}”" for user in users[:3])
    sentence = _("“%(segment)s” is used by %(users)s. Choose another audience there first.")
    return Refused("segment_in_use", sentence % {"segment": segment, "users": who})


def _require_an_end(saved: Segment, rule: Mapping[str, object], kept: Mapping[int, Segment]) -> None:
    """Refuse a rule that would lead back to its own segment, or make one too large to be asked."""
    # One that is new has no number yet, and no other can lead to it.
    key = saved.pk or 0
    rules = {pk: row.rule for pk, row in kept.items()} | {key: rule}
    links = {pk: nesting.named(each, SEGMENT) for pk, each in rules.items()}
    way = [f"“{kept[pk]}”" for pk in nesting.way_round(key, links)]
    if way:
        steps = [_("%(one)s asks about %(other)s") % {"one": one, "other": other} for one, other in pairwise(way)]
        sentence = _("This would go round in a circle: %(steps)s. Take one of these conditions out.")
        raise Refused("circular_rule", sentence % {"steps": _(", and ").join(steps)}, field="rule")
    sizes = {pk: sum(1 for _ in nesting.stored_conditions(each)) for pk, each in rules.items()}
    concerned = [pk for pk in rules if pk == key or key in nesting.reached(pk, links)]
    if any(nesting.size(pk, links, sizes) > MAX_SPELLED_OUT for pk in concerned):
        sentence = _(
            "With the segments in it spelled out, this rule, or one that asks about it, would have more than "
            "%(most)s conditions. Ask about fewer segments."
        ) % {"most": MAX_SPELLED_OUT}
        raise Refused("rule_too_large", sentence, field="rule")
