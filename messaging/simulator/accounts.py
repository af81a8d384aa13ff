"""The accounts of the simulated carrier: who may sign in, and which numbers they own.

The product's demo data takes its credentials and numbers from here, so that both sides agree.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

Kind = Literal["short_code", "long_code", "toll_free"]


@dataclass(frozen=True, slots=True)
class AdvancedOptOut:
    """The texts with which Twilio answers keywords when Advanced Opt-Out is on."""

    stop_text: str
    start_text: str
    help_text: str


@dataclass(frozen=True, slots=True)
class Number:
    """One number of an account. `address` is E.164, or the digits of a short code.

    `advanced_opt_out` is for a number flagged on its own; a number in a pool goes by its messaging service.
    """

    sid: str
    address: str
    kind: Kind
    friendly_name: str
    service_sid: str | None = None
    advanced_opt_out: AdvancedOptOut | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A messaging service: a pool of numbers that share one block list."""

    sid: str
    friendly_name: str
    advanced_opt_out: AdvancedOptOut | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One account: it signs in with its SID and token, or with the SID and secret of its API key."""

    sid: str
    auth_token: str
    key_sid: str
    key_secret: str
    friendly_name: str
    numbers: tuple[Number, ...]
    services: tuple[Service, ...] = ()


def _hex(seed: str) -> str:
    """32 hexadecimal digits that are the same on every machine."""
    return hashlib.sha256(f"simulated carrier/{seed}".encode()).hexdigest()[:32]


JAN_ADVANCED_OPT_OUT = AdvancedOptOut(
    stop_text="You are unsubscribed from Jan Alerts. No more messages. Reply START to resubscribe.",
    start_text="You get Jan Alerts again. Msg&data rates may apply. Reply HELP for help, STOP to cancel.",
    help_text="Jan Alerts: help at help@example.com. Msg&data rates may apply. Reply STOP to cancel.",
)

JAN_SERVICE = Service(
    sid="MG" + _hex("jan/service"),
    friendly_name="Jan Alerts (advanced opt-out)",
    advanced_opt_out=JAN_ADVANCED_OPT_OUT,
)

JAN = Account(
    sid="AC" + _hex("jan/account"),
    auth_token=_hex("jan/token"),
    key_sid="SK" + _hex("jan/key"),
    key_secret=_hex("jan/key secret"),
    friendly_name="Twilio SMS regression Jan",
    numbers=(
        Number("SC" + _hex("jan/97865"), "97865", "short_code", "Short code 97865"),
        Number("PN" + _hex("jan/+18726669682"), "+18726669682", "long_code", "Long code Chicago"),
        Number("PN" + _hex("jan/+18335550142"), "+18335550142", "toll_free", "Toll-free"),
        Number(
            "PN" + _hex("jan/+13125550166"),
            "+13125550166",
            "long_code",
            "Pool of Jan Alerts",
            service_sid=JAN_SERVICE.sid,
        ),
    ),
    services=(JAN_SERVICE,),
)

FEB = Account(
    sid="AC" + _hex("feb/account"),
    auth_token=_hex("feb/token"),
    key_sid="SK" + _hex("feb/key"),
    key_secret=_hex("feb/key secret"),
    friendly_name="Twilio SMS regression Feb",
    numbers=(
        Number("SC" + _hex("feb/24365"), "24365", "short_code", "Short code 24365"),
        Number("PN" + _hex("feb/+16465550187"), "+16465550187", "long_code", "Long code New York"),
    ),
)

DEMO_ACCOUNTS: tuple[Account, ...] = (JAN, FEB)
