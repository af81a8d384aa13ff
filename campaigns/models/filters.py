"""Filters of lists that staff keep by a name."""

from django.conf import settings
from django.db import models


class KeptFilter(models.Model):
    """A list of the dashboard as one person narrowed it: what stands in its address then."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=100, help_text="The list: its model, as “messaging.outbound”.")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, help_text="Filters and order, as in the address; not the search.")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "place", "name"], name="kept_filter_once_per_name")]

    def __str__(self) -> str:
        return self.name
