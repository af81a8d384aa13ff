"""Where each number's chain in the ledger ends, so that entries cut off at its end are missed."""

from typing import Final

from django.conf import settings
from django.db import models

from optins import chain

_DIGEST: Final = 64


class ChainHead(models.Model):
    """How many entries one number's chain has, and the digest of its last, sealed with `NUMBER_HASH_KEY`.

    Triggers in the database refuse to lower the count and to delete the row. It outlives erasure, like the chain.
    """

    number_digest = models.CharField(max_length=_DIGEST, primary_key=True, editable=False)
    entries = models.PositiveIntegerField(editable=False)
    digest = models.CharField(max_length=_DIGEST, editable=False)
    seal = models.CharField(max_length=_DIGEST, editable=False)

    def __str__(self) -> str:
        return f"{self.entries} entries"

    @property
    def true_seal(self) -> str:
        """The seal that Optline gives to what the row says."""
        return chain.head_seal(settings.NUMBER_HASH_KEY, self.number_digest, self.entries, self.digest)
