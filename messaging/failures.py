"""Why a text failed, from what the carrier's error code asks us to do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from messaging.gateway.errors import ErrorClass
from messaging.states import Reason

_REASONS: Final[Mapping[ErrorClass, Reason]] = MappingProxyType(
    {
        ErrorClass.NUMBER_BAD: Reason.INVALID_NUMBER,
        ErrorClass.SUPPRESSED: Reason.OPTED_OUT_AT_CARRIER,
        ErrorClass.COUNTRY_DISABLED: Reason.COUNTRY_DISABLED,
        ErrorClass.CONTENT_BAD: Reason.CONTENT_REFUSED,
        ErrorClass.UNREACHABLE_RETRY: Reason.UNREACHABLE,
        ErrorClass.BLOCKED: Reason.BLOCKED_BY_CARRIER,
        ErrorClass.FILTERED: Reason.FILTERED_AS_SPAM,
        ErrorClass.SENDER_CONFIG: Reason.SENDER_REFUSED,
        ErrorClass.ACCOUNT_CONFIG: Reason.ACCOUNT_REFUSED,
        ErrorClass.POLICY: Reason.BLOCKED_BY_CARRIER,
        ErrorClass.FRAUD: Reason.BLOCKED_BY_CARRIER,
    }
)


def reason_of(kind: ErrorClass) -> Reason:
    """Our reason for a text that failed with a code of this class."""
    return _REASONS.get(kind, Reason.CARRIER_UNKNOWN)
