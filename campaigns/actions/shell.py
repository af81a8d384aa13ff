"""Creating a campaign and saving its shell: name, runtime, audience, restrictions, notes."""

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.lifecycle import CLOSED, LAUNCHED, Kind, State
from campaigns.models import Campaign
from campaigns.refusals import Refused

# What a launched campaign can no longer change: people were told, counted or texted under it.
_FIXED_AFTER_LAUNCH = ("slug", "starts_at", "audience_id", "restriction", "minimum_age", "required_attribute",
                       "required_value")  # fmt: skip
_SLUG_LENGTH = 80


@transaction.atomic
def create_campaign(*, kind: Kind, name: str, by: Actor) -> Campaign:
    """A new draft of `kind` (opt-in or messaging), with a permalink made from its name."""
    by.require("campaigns.add_campaign")
    name = name.strip()
    if not name:
        raise Refused("missing_data", _("Give the campaign a name."), field="name")
    campaign = Campaign.objects.create(kind=kind, name=name[:150], slug=free_slug(name))
    record(by=by, act="campaign.create", of=campaign, kind=kind)
    return campaign


@transaction.atomic
def copy_shell(*, campaign: Campaign, by: Actor) -> Campaign:
    """A draft for the same people with the same restrictions and notes. Its runtime is left open: it has its own."""
    draft = create_campaign(kind=Kind(campaign.kind), name=_("%(name)s (copy)") % {"name": campaign.name[:140]}, by=by)
    for field in _COPIED:
        setattr(draft, field, getattr(campaign, field))
    draft.save(update_fields=_COPIED)
    record(by=by, act="campaign.duplicate", of=draft, original=campaign.pk)
    return draft


_COPIED = ("audience", "restriction", "minimum_age", "required_attribute", "required_value", "notes")


@transaction.atomic
def save_campaign(*, campaign: Campaign, by: Actor) -> None:
    """Save an edited shell. Raises `Refused` for what cannot change after launch, and ValidationError for the rest."""
    by.require("campaigns.change_campaign")
    before = Campaign.objects.select_for_update().get(pk=campaign.pk)
    changed = [name for name in EDITABLE if getattr(before, name) != getattr(campaign, name)]
    fixed = fixed_fields(State(before.state))
    refused = [name for name in changed if name in fixed]
    if refused:
        sentence = _("This campaign is %(state)s: its %(field)s can no longer change.")
        raise Refused("wrong_state", sentence % {"state": before.get_state_display().lower(), "field": refused[0]})
    if "ends_at" in changed and campaign.ends_at is not None and campaign.ends_at <= timezone.now():
        raise Refused("in_the_past", _("The campaign would be over already: choose an end to come."), field="ends_at")
    campaign.full_clean(exclude=["state", "kind"])
    campaign.save(update_fields=changed)
    if changed:
        record(by=by, act="campaign.change", of=campaign, changed=changed)


EDITABLE = ("name", "notes", "ends_at", *_FIXED_AFTER_LAUNCH)


def fixed_fields(state: State) -> frozenset[str]:
    """The fields that are read-only in this state."""
    if state in CLOSED:
        return frozenset(EDITABLE) - {"notes"}
    return frozenset(_FIXED_AFTER_LAUNCH) if state in LAUNCHED else frozenset()


def free_slug(name: str) -> str:
    """A permalink that no campaign has: the name in URL letters, with a number behind it when it is taken."""
    stem = slugify(name)[: _SLUG_LENGTH - 8] or "campaign"
    taken = set(Campaign.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, count = stem, 1
    while slug in taken:
        count += 1
        slug = f"{stem}-{count}"
    return slug
