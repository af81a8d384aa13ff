"""The forecast of a campaign's messages as commands tell it."""

from collections.abc import Sequence
from typing import Any

from campaigns.models import Campaign
from messaging.launch.forecast import forecast
from messaging.models import SmsMessage


def foretold(campaign: Campaign) -> Sequence[dict[str, Any]]:
    """When the texts of each scheduled message would leave that has not fired, as things stand.

    `leaving` counts by the hour (UTC). A message that lacks sender or preference has no forecast yet.
    """
    messages = SmsMessage.objects.filter(
        campaign_id=campaign.pk, delivery=SmsMessage.Delivery.SCHEDULED, runs=None, sender__isnull=False,
        programme__isnull=False,
    )  # fmt: skip
    related = ("campaign", "programme", "sender", "segment_in", "segment_out")
    return [_of(message) for message in messages.select_related(*related).order_by("pk")]


def forecast_in_words(told: dict[str, Any]) -> str:
    """One of them in a line."""
    leaving = sum(row["texts"] for row in told["leaving"])
    skipped = "".join(f", {people:,} left out ({reason})" for reason, people in told["skipped"].items())
    ends = f", the last at {told['ends']:%Y-%m-%d %H:%M} UTC" if told["ends"] else ""
    return f"  Forecast of “{told['name']}”: {leaving:,} leave, {told['held']:,} of them wait at first{skipped}{ends}."


def _of(message: SmsMessage) -> dict[str, Any]:
    told = forecast(message)
    return {
        "message": message.pk,
        "name": message.name,
        "scheduled_for": message.scheduled_for,
        "held": told.held,
        "leaving": [{"hour": hour, "texts": texts} for hour, texts in told.leaving.items()],
        "skipped": dict(told.skipped),
        "ends": told.ends,
    }
