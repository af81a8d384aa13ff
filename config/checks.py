"""System checks of the settings: each misconfiguration has an id and a hint, before anything starts."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from campaigns.phone import is_region
from campaigns.timing import is_zone
from optins.keywords import LANGUAGES


@register
def secrets_are_set(**_: object) -> Sequence[CheckMessage]:
    problems: list[CheckMessage] = []
    if len(settings.SECRET_KEY) < 32:
        problems.append(
            Error("SECRET_KEY is missing or short.", hint="Set it to 50 random characters.", id="optline.E001")
        )
    if not settings.FIELD_ENCRYPTION_KEYS or not all(map(_is_fernet_key, settings.FIELD_ENCRYPTION_KEYS)):
        hint = "Set it to one or more keys, comma-separated, made by cryptography.fernet.Fernet.generate_key()."
        problems.append(Error("FIELD_ENCRYPTION_KEYS holds no usable key.", hint=hint, id="optline.E002"))
    if len(settings.NUMBER_HASH_KEY) < 32:
        hint = "Set it to 50 random characters: numbers are kept as digests under it where they need not be read."
        problems.append(Error("NUMBER_HASH_KEY is missing or short.", hint=hint, id="optline.E003"))
    return problems


@register
def addresses_are_usable(**_: object) -> Sequence[CheckMessage]:
    problems: list[CheckMessage] = []
    public = urlsplit(settings.PUBLIC_BASE_URL)
    if public.scheme not in ("http", "https") or not public.hostname or public.path:
        hint = "Set it to the address that carriers and people use, such as https://sms.example.com."
        problems.append(Error("PUBLIC_BASE_URL is not an address.", hint=hint, id="optline.E004"))
    elif "_" in public.hostname:
        hint = "Twilio refuses callback addresses whose host name holds an underscore."
        problems.append(Error("PUBLIC_BASE_URL holds an underscore.", hint=hint, id="optline.E005"))
    if settings.OPTLINE_ENV == "production":
        problems += _production(public.scheme)
    return problems


def _production(scheme: str) -> list[CheckMessage]:
    problems: list[CheckMessage] = []
    if scheme != "https":
        hint = "Serve it over https, or set OPTLINE_ENV=local on your own machine."
        problems.append(Error("PUBLIC_BASE_URL is not https in production.", hint=hint, id="optline.E006"))
    if settings.SIMULATOR_URL:
        hint = "Unset SIMULATOR_URL: in production a provider's credentials must never reach a simulator."
        problems.append(Error("SIMULATOR_URL is set in production.", hint=hint, id="optline.E007"))
    if settings.DEBUG:
        problems.append(Error("DEBUG is on in production.", hint="Unset DEBUG.", id="optline.E008"))
    return problems


@register
def rules_make_sense(**_: object) -> Sequence[CheckMessage]:
    problems: list[CheckMessage] = []
    unknown = [code for code in (*settings.ALLOWED_COUNTRIES, settings.DEFAULT_PHONE_REGION) if not is_region(code)]
    if unknown:
        hint = "Use two-letter codes such as US,CA in ALLOWED_COUNTRIES and DEFAULT_PHONE_REGION."
        problems.append(Error(f"Unknown country: {', '.join(unknown)}.", hint=hint, id="optline.E009"))
    if settings.RECONCILE_SETTLE.total_seconds() <= 2 * settings.TWILIO_TIMEOUT:
        hint = "Give RECONCILE_SETTLE_SECONDS more than twice TWILIO_TIMEOUT: what may be on its way cannot be absent."
        problems.append(Error("RECONCILE_SETTLE_SECONDS is shorter than a request.", hint=hint, id="optline.E011"))
    if not is_zone(settings.TIME_ZONE):
        hint = "Use an IANA name such as America/New_York."
        problems.append(Error(f"TIME_ZONE “{settings.TIME_ZONE}” is unknown.", hint=hint, id="optline.E010"))
    unread = sorted(set(settings.KEYWORD_LANGUAGES) - LANGUAGES.keys())
    if unread:
        hint = f"Use codes among {', '.join(LANGUAGES)}; English is always understood."
        problems.append(Error(f"KEYWORD_LANGUAGES names {', '.join(unread)}.", hint=hint, id="optline.E012"))
    if settings.STOP_SCOPE == "sender":
        hint = "Regulators read a STOP widely; `brand` stops every programme."
        problems.append(Warning("A STOP ends only one sender's texts.", hint=hint, id="optline.W001"))
    return problems


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
