"""Secrets at rest: text encrypted with Fernet under keys from the environment."""

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class UnreadableSecret(Exception):
    """The stored secret was encrypted under a key that FIELD_ENCRYPTION_KEYS no longer holds."""


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _box() -> MultiFernet:
    return _fernet(tuple(settings.FIELD_ENCRYPTION_KEYS))


class EncryptedTextField(models.TextField[str, str]):
    """Holds ciphertext in the database and plain text in Python. The first key encrypts, any key decrypts.

    Blank stays blank, so that “is a secret set” can be asked without a key. Reading under a wrong key
    raises `UnreadableSecret` rather than handing the ciphertext to a carrier as if it were a token.
    """

    def get_prep_value(self, value: Any) -> str:
        text = str(value or "")
        return _box().encrypt(text.encode()).decode() if text else ""

    def from_db_value(self, value: str | None, _expression: object, _connection: object) -> str:
        return self.unseal(value)

    def unseal(self, value: str | None) -> str:
        """The plain text of what the database holds, where it is read row by row."""
        if not value:
            return ""
        try:
            return _box().decrypt(value.encode()).decode()
        except InvalidToken:
            raise UnreadableSecret(
                f"{self.name} was encrypted under a key that is not in FIELD_ENCRYPTION_KEYS. Add the old key."
            ) from None
