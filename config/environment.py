"""Reading the environment so that a typo is refused with a sentence instead of becoming a default."""

import math
from collections.abc import Sequence

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
env.smart_cast = False

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


def text(name: str, default: str = "") -> str:
    """A text without blanks around it."""
    return str(env.str(name, default=default)).strip()


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A comma-separated list, blanks dropped."""
    raw = text(name, ",".join(default))
    return [word.strip() for word in raw.split(",") if word.strip()]


def flag(name: str, *, default: bool) -> bool:
    """True or false, in the usual words. Raises ImproperlyConfigured, as all of these do."""
    raw = text(name, "true" if default else "false").lower()
    if raw in _TRUE:
        return True
    if raw in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is “{raw}”. Set it to true or false.")


def integer(name: str, default: int, *, minimum: int = 0) -> int:
    """A whole number of `minimum` or more."""
    raw = text(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is “{raw}”. Set it to a whole number.") from None
    if value < minimum:
        raise ImproperlyConfigured(f"{name} is {value}. Set it to {minimum} or more.")
    return value


def number(name: str, default: float) -> float:
    """Seconds, more than 0."""
    raw = text(name, str(default))
    try:
        value = float(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is “{raw}”. Set it to a number of seconds.") from None
    if not 0 < value < math.inf:  # nor nan, which is not less than anything
        raise ImproperlyConfigured(f"{name} is {value}. Set it to more than 0 seconds.")
    return value


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    """One of the allowed words."""
    raw = text(name, default)
    if raw not in allowed:
        raise ImproperlyConfigured(f"{name} is “{raw}”. Set it to one of: {', '.join(allowed)}.")
    return raw
