"""How far retention has come."""

from django.db import models


class RetentionMark(models.Model):
    """Up to which row the old bodies of a table are blanked: the next round begins there, however long the table is."""

    table = models.CharField(max_length=63, primary_key=True)
    through = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.table} up to {self.through}"
