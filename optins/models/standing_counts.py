"""How many subscriptions stand in which state: kept by the database, so that no screen counts millions of them."""

from django.db import models

from campaigns.models import Campaign
from optins.models.consent import Subscription


class StandingCount(models.Model):
    """A change of how many subscriptions to a programme are in a state. What stands is the sum of a programme's rows.

    Written by a trigger of `optins_subscription` alone, in the transaction that changes the subscriptions. Only rows
    are added, so that two who join never wait for each other; `optins.actions.folding` puts them together. For people
    to read: who may be texted is asked of the subscriptions. See docs/adr/0019-the-database-counts-outcomes.md.
    """

    programme = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+"
    )
    state = models.CharField(max_length=10, choices=Subscription.State.choices)
    number = models.IntegerField()

    class Meta:
        indexes = [
            # Home, a programme's page; what is to be folded.
            models.Index(fields=["state", "programme"], include=["number"], name="standings_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number:+} {self.state}"
