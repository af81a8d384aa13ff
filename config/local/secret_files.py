"""Secrets that are made once and kept in a file which only its owner reads."""

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

# A Fernet key is 32 random bytes in URL-safe base64.
_MAKERS: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "FIELD_ENCRYPTION_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "NUMBER_HASH_KEY": lambda: secrets.token_urlsafe(32),
    "POSTGRES_PASSWORD": lambda: secrets.token_urlsafe(24),
    "VALKEY_PASSWORD": lambda: secrets.token_urlsafe(24),
}


def load_or_make(path: Path) -> dict[str, str]:
    """Read the secrets from `path` (NAME=value lines, mode 0600); make those that are not there yet."""
    found = read(path)
    missing = {name: make() for name, make in _MAKERS.items() if not found.get(name)}
    if missing:
        found |= missing
        write(path, found)
    return found


def read(path: Path) -> dict[str, str]:
    """NAME=value lines as a dictionary; {} when there is no such file."""
    if not path.exists():
        return {}
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def write(path: Path, values: Mapping[str, str]) -> None:
    """Replace the file as a whole, so that a crash never leaves half of the keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
