"""X-Twilio-Signature (twilio.com/docs/usage/security)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def sign(token: str, url: str, parameters: Mapping[str, str]) -> str:
    """Base64 of HMAC-SHA1 over the URL (with its query, without fragment) and the sorted form parameters."""
    signed = url.partition("#")[0] + "".join(name + parameters[name] for name in sorted(parameters))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
