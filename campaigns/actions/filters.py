"""Keeping a filtered list by a name, and forgetting it. A person's own affair, and so no line of the audit trail."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actors import Actor
from campaigns.models import KeptFilter
from campaigns.refusals import Refused

MOST: Final = 12
"""So many filters of one list one person keeps: more stand in nobody's way to what is looked for."""


@transaction.atomic
def keep_filter(*, place: str, name: str, query: str, by: Actor) -> KeptFilter:
    """Keep a list's `query` by a name; a name that is there already means the new query. Raises Refused."""
    app, model = place.split(".")
    by.require(f"{app}.view_{model}")
    if by.user_id is None:
        raise Refused("not_a_person", _("Only a person who is signed in keeps filters."))
    wanted, longest = name.strip(), KeptFilter._meta.get_field("name").max_length or 0
    if not wanted or len(wanted) > longest:
        raise Refused("missing_name", _("Give the filter a name of 1 to %(most)s characters.") % {"most": longest})
    if len(query) > (KeptFilter._meta.get_field("query").max_length or 0):
        raise Refused("too_long", _("This filter is too long to be kept. Narrow the list by less."))
    mine = KeptFilter.objects.filter(user=by.user_id, place=place)
    if mine.exclude(name=wanted).count() >= MOST:
        raise Refused("too_many", _("You keep %(most)s filters of this list. Forget one first.") % {"most": MOST})
    kept, _created = KeptFilter.objects.update_or_create(
        user_id=by.user_id, place=place, name=wanted, defaults={"query": query}
    )
    return kept


@transaction.atomic
def forget_filter(*, kept: KeptFilter, by: Actor) -> None:
    """Forget a filter of one's own."""
    app, model = kept.place.split(".")
    by.require(f"{app}.view_{model}")
    KeptFilter.objects.filter(pk=kept.pk, user=by.user_id).delete()
