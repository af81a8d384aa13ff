"""Segments: named rules over customers."""

from django.db import models
from django.db.models.functions import Now


class Segment(models.Model):
    """A named rule. `rule` follows the grammar of `campaigns.rules`; an empty rule matches everybody."""

    name = models.CharField(max_length=150, unique=True)
    description = models.TextField(blank=True)
    rule = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
