"""The chain of the consent ledger: the digests that make a change of any entry visible.

Each entry's digest is an HMAC over all its facts, among them the digest of the entry before it of the same number, so
that nobody without the key can change, add, take out or reorder entries unseen. What may have to be erased for a person
(number, text, address) is not a fact of the entry but stands beside it; the entry holds a *commitment* to it instead,
keyed by a salt that is erased together with it: as long as it stands it can be proven, afterwards nobody can guess it.
"""

import datetime as dt
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Final

_VERSION_LENGTH: Final = 12
_SALT_BYTES: Final = 16


def number_digest(key: str, number: str) -> str:
    """What stands for an E.164 number where the number itself may have to go: 64 hexadecimal digits."""
    return _mac(key.encode(), b"optline.number:" + number.encode())


def entry_digest(key: str, facts: Mapping[str, object]) -> str:
    """The digest of an entry by its facts, of which `previous` is one."""
    return _mac(key.encode(), b"optline.entry:" + canonical(facts))


def head_seal(key: str, own: str, entries: int, last: str) -> str:
    """Vouches that the chain of the number digest `own` has so many entries, the last with the digest `last`."""
    return _mac(key.encode(), b"optline.head:" + canonical({"number_digest": own, "entries": entries, "digest": last}))


def commitment(salt: str, personal: Mapping[str, object]) -> str:
    """Binds an entry to what stands beside it, and tells nothing about it to whoever lacks the salt."""
    return _mac(salt.encode(), canonical(personal))


def new_salt() -> str:
    """A salt for one entry's commitment."""
    return secrets.token_hex(_SALT_BYTES)


def wording_version(wording: str) -> str:
    """What tells one wording from another in a list: the beginning of its SHA-256; blank for none."""
    return hashlib.sha256(wording.encode()).hexdigest()[:_VERSION_LENGTH] if wording else ""


def canonical(facts: Mapping[str, object]) -> bytes:
    """One form for equal facts: JSON with its keys in order, times in UTC to the microsecond.

    Blank facts are left out, so that a fact added later leaves the digests of earlier entries as they are.
    """
    told = {name: _plain(value) for name, value in facts.items() if value not in ("", None)}
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")
    return value


def _mac(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, "sha256").hex()
