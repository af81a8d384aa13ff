"""How many parts a text is billed as (twilio.com/docs/glossary/what-sms-character-limit)."""

from messaging.simulator.accounts import Kind

_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = set("\f^{}\\[~]|€")


def count_parts(body: str, kind: Kind) -> int:
    """Parts of `body`: at least 1. Long texts lose room to the header that joins their parts."""
    characters = set(body)
    if characters <= _GSM | _GSM_EXTENSION:
        units, whole, joined = len(body) + sum(map(body.count, _GSM_EXTENSION)), 160, 153
    else:
        units, whole, joined = len(body.encode("utf-16-le")) // 2, 70, 67
    if kind == "toll_free":
        joined -= 1
    return 1 if units <= whole else -(-units // joined)
