"""Launching from the review page: what somebody saw is what is launched, and every caution was ticked."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actions.moves import LAUNCH_PERMISSION
from campaigns.actors import Actor
from campaigns.language import english
from campaigns.models import Campaign
from campaigns.refusals import Refused
from messaging.actions.campaigns import drafts_of, launch, launch_message
from messaging.actions.messages import missing
from messaging.launch.review import Review, review
from messaging.models import MessagingCampaign, SmsMessage


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody had before them: the `marks` of the messages by id, the cautions they ticked as
    ``<message>-<key>``, and the number that they typed, if any."""

    marks: Mapping[int, str]
    ticked: Set[str]
    number: int | None = None


def complete_drafts(campaign: Campaign) -> Sequence[SmsMessage]:
    """The messages that a launch of their campaign would launch with it."""
    return [message for message in drafts_of(campaign) if not missing(message)]


def reviews_of(what: MessagingCampaign | SmsMessage) -> Sequence[Review]:
    """A review of each message that a launch would launch."""
    return [review(message) for message in messages_of(what)]


def messages_of(what: MessagingCampaign | SmsMessage) -> Sequence[SmsMessage]:
    """The messages that a launch would launch."""
    return [what] if isinstance(what, SmsMessage) else complete_drafts(what)


def recipients_of(reviews: Sequence[Review]) -> int:
    """How many texts a launch sends in all, as far as they are counted."""
    return sum(found.tally.reachable for found in reviews)


def must_type(reviews: Sequence[Review]) -> bool:
    """Whether there are so many that the number is to be typed."""
    return recipients_of(reviews) > settings.LAUNCH_TYPE_ABOVE


@transaction.atomic
def launch_reviewed(*, what: MessagingCampaign | SmsMessage, seen: Seen, by: Actor) -> int:
    """Launch a campaign, or a message that was added later, as it was reviewed. Returns the recipients that were seen.

    Raises Refused when something was changed, counted anew or not ticked since, or for what a launch refuses.
    """
    by.require(LAUNCH_PERMISSION)
    reviews = reviews_of(what)
    refuse_unseen(reviews, seen)
    if must_type(reviews) and seen.number != recipients_of(reviews):
        said = _("Type the number of messages, %(total)s, to send so many.")
        raise Refused("wrong_number", said % {"total": intcomma(recipients_of(reviews))}, field="number")
    for found in reviews:
        with english():
            kept = {"ticked": [caution.sentence for caution in found.cautions], "fingerprint": found.mark}
        cost = f"{found.price.currency} {found.price.amount:.2f}"
        record(by=by, act="message.review", of=found.message, people=found.tally.reachable, cost=cost, **kept)
    if isinstance(what, SmsMessage):
        launch_message(message=what, by=by)
    else:
        launch(campaign=what, by=by)
    return recipients_of(reviews)


def refuse_unseen(reviews: Sequence[Review], seen: Seen) -> None:
    """What is launched, or asked for, is what was looked at: what a colleague changed meanwhile is looked at again."""
    for found in reviews:
        name = found.message.name
        if seen.marks.get(found.message.pk) != found.mark:
            said = _("“%(name)s” was changed since you looked at it. Look at it again.")
            raise Refused("changed", said % {"name": name})
        if not found.is_counted:
            said = _("The texts of “%(name)s” are still being rendered. Wait until they are.")
            raise Refused("not_counted", said % {"name": name})
        for caution in found.cautions:
            if f"{found.message.pk}-{caution.key}" not in seen.ticked:
                first = _("Tick that you have seen this first.")
                raise Refused("not_ticked", f"{first} {caution.sentence}")
