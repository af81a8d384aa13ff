"""One-time codes and API secrets: made, kept as digests, compared. Nothing here remembers or limits anything.

A code has 20 bits, so its digest is keyed and bound to one verification: a leaked table cannot be searched
without the key, and a digest copied to another row opens nothing. A secret has 256 bits, so a plain fast hash
is enough and every API call can afford it. Sources: NIST SP 800-63B 5.1.2; OWASP ASVS 5.0, 6.5.
"""

import hashlib
import hmac
import secrets
import unicodedata

# A typed code is never longer than this, however many spaces somebody puts in.
_TYPED_LIMIT = 64


def generate(length: int = 6) -> str:
    """A new code of that many digits, leading zeros included, from the system's secure source."""
    if length < 1:
        raise ValueError("A code needs at least one digit.")
    return f"{secrets.randbelow(10**length):0{length}d}"


def normalise(typed: str) -> str:
    """A code as people type it, brought to plain digits.

    Spaces, hyphens and invisible characters go; full-width and other scripts' digits become 0 to 9. Anything
    else stays, so that it cannot match.
    """
    plain: list[str] = []
    for character in typed[:_TYPED_LIMIT]:
        if character.isdecimal():
            plain.append(str(unicodedata.decimal(character)))
        elif not (character.isspace() or unicodedata.category(character) in ("Pd", "Cf")):
            plain.append(character)
    return "".join(plain)


def digest(code: str, *, key: bytes, salt: str) -> str:
    """HMAC-SHA256 of a code, in hex, bound to `salt`: the id of the verification it belongs to."""
    message = f"{salt}\0{normalise(code)}".encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def matches(code: str, expected: str, *, key: bytes, salt: str) -> bool:
    """Whether a typed code has the expected digest, in constant time."""
    return hmac.compare_digest(digest(code, key=key, salt=salt).encode(), expected.encode())


def new_app_key() -> str:
    """A new public key of an API app: 40 hex digits, safe in a path."""
    return secrets.token_hex(20)


def new_secret() -> str:
    """A new secret of an API app: 32 random bytes, URL-safe. Shown once, kept as `secret_digest`."""
    return secrets.token_urlsafe(32)


def secret_digest(secret: str) -> str:
    """SHA-256 of a secret, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def secret_matches(secret: str, expected: str) -> bool:
    """Whether a presented secret has the expected digest, in constant time."""
    return hmac.compare_digest(secret_digest(secret).encode(), expected.encode())
