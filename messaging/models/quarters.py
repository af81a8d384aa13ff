"""How many texts left in each quarter of an hour: counted once it is over, so that no screen counts weeks of texts."""

from django.db import models


class QuarterCount(models.Model):
    """A quarter of an hour (every zone's days begin with one) and the texts that were claimed in it, tests aside.

    Written by `messaging.actions.upkeep.quarters`, which keeps as many weeks as Home looks back at. A quarter without
    texts has a row too: what has none was not looked at. For people to read; nothing is decided by it.
    """

    since = models.DateTimeField(primary_key=True)
    texts = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.texts} since {self.since:%d %B %H:%M}"
