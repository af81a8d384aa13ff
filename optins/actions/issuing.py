"""Codes as they are texted, for whatever purpose: how often, and the row that a guess is judged by."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from optins import codes
from optins.actions.notices import owe_code
from optins.actions.verification import Asker, digest_key
from optins.code_texts import code_text, masked
from optins.limits import Limit
from optins.models import Verification

_DAY = 86_400
_HOUR = 3600
_MINUTE = 60
# Brings addresses into the one spelling in which the database gives them back.
_IP: Final = Verification._meta.get_field("ip")

# An earlier code of the same purpose stops working in the same statement, and the text is owed in it (`owe_code`). The
# new one is written from what the update returns: so the update comes first, and the unique key of waiting codes has
# room. Whose code it was is asked in words of its own with and without app and customer, so that the key finds it.
_WRITE: Final = """
    WITH superseded AS (
        UPDATE optins_verification SET state = 'superseded'
        WHERE {app} AND {customer} AND number = %(number)s::varchar AND purpose = %(purpose)s::varchar
              AND state = 'pending'
        RETURNING id
    ), issued AS (
        INSERT INTO optins_verification
                    (purpose, app_id, customer_id, campaign_id, number, salt, code_digest, state, tries, ip, expires_at)
        SELECT %(purpose)s::varchar, %(app)s::bigint, %(customer)s::bigint, %(campaign)s::bigint, %(number)s::varchar,
               %(salt)s, %(digest)s, 'pending', 0, %(ip)s::inet, statement_timestamp() + %(works_for)s::interval
        FROM (SELECT count(*) FROM superseded) AS earlier
    )
"""


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code that nobody has seen: salt and digest for the row that it is judged by, its text as it is shown later
    and as it is sent."""

    salt: uuid.UUID
    digest: str
    body: str
    sealed_body: str


def new_code(*, name: str, prefix: str = "") -> NewCode:
    """A code whose text begins with `prefix`, or calls it the code of `name`."""
    code, salt = codes.generate(settings.VERIFICATION_CODE_LENGTH), uuid.uuid4()
    minutes = round(settings.VERIFICATION_TTL.total_seconds() / _MINUTE) or 1

    def text(shown: str) -> str:
        return code_text(code=shown, prefix=prefix, programme=name, minutes=minutes)

    return NewCode(salt, codes.digest(code, key=digest_key(), salt=str(salt)), text(masked(code)), text(code))


def limits_of(asker: Asker, number: str, around: tuple[str, str]) -> list[Limit]:
    """How often codes may go to a number, its prefix and country (`around`), and be asked for by whom."""
    found = [Limit(f"number:{number}", settings.VERIFICATIONS_PER_NUMBER_HOUR, _HOUR)]
    if asker.customer_id is not None:
        found.append(Limit(f"customer:{asker.customer_id}", settings.VERIFICATIONS_PER_CUSTOMER_HOUR, _HOUR))
    if asker.app is not None:
        found.append(Limit(f"app:{asker.app.pk}", settings.VERIFICATIONS_PER_APP_MINUTE, _MINUTE))
    if asker.ip is not None:
        found.append(Limit(f"ip:{asker.ip}", settings.VERIFICATIONS_PER_IP_HOUR, _HOUR))
    prefix, land = around
    found.append(Limit(f"prefix:{prefix}", settings.VERIFICATIONS_PER_PREFIX_HOUR, _HOUR))
    found.append(Limit(f"country:{land}", settings.VERIFICATIONS_PER_COUNTRY_DAY, _DAY))
    return found


def text_code(
    *,
    asker: Asker,
    number: str,
    sender_id: int,
    purpose: Verification.Purpose,
    name: str = "",
    prefix: str = "",
    campaign_id: int | None = None,
    owed_for: dt.timedelta | None = None,
) -> None:
    """Owe a number (E.164) a new code, of which the database keeps a digest; an earlier one stops working.

    The text begins with `prefix`, or as the code of `name`. It is not sent after `owed_for`, by default as long as the
    code works.
    """
    code, lifetime = new_code(name=name, prefix=prefix), settings.VERIFICATION_TTL
    owe_code(
        number=number, sender_id=sender_id, campaign_id=campaign_id, customer_id=asker.customer_id,
        body=code.body, sealed_body=code.sealed_body, lifetime=lifetime if owed_for is None else owed_for,
        along_with=_WRITE.format(app=_held_by("app", asker.app), customer=_held_by("customer", asker.customer_id)),
        values={
            "purpose": purpose.value, "app": asker.app.pk if asker.app else None, "salt": code.salt,
            "digest": code.digest, "ip": _IP.get_prep_value(asker.ip),
            "works_for": lifetime,
        },
    )  # fmt: skip


def _held_by(whose: str, holder: object) -> str:
    """The question whether a code is of this app or customer, or of none."""
    return f"{whose}_id IS NULL" if holder is None else f"{whose}_id = %({whose})s"
