"""What the plain view writes."""

from django.db import models


class PlainRow(models.Model):
    """One row of the plain view: as few columns as a view could do with."""

    sid = models.CharField(max_length=34)
    status = models.CharField(max_length=32)

    class Meta:
        app_label = "benchmarks"

    def __str__(self) -> str:
        return self.sid
