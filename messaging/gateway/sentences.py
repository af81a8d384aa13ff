"""What staff are told of a provider that cannot be asked, besides its error codes. English, since it is stored."""

from typing import Final

from campaigns.language import gettext_noop as _
from campaigns.language import storable

NO_ANSWER: Final = _("No answer came in time.")
BROKEN_OFF: Final = _("The connection broke before the whole answer had come.")
NO_TLS: Final = _("The provider's TLS certificate could not be verified, or TLS failed.")
NO_CONNECTION: Final = storable(_("No connection could be made (libcurl's error %(code)s)."))

STATUS: Final = storable(_("Twilio answered with HTTP status %(status)s."))
NO_CODE: Final = storable(_("The request was refused with HTTP status %(status)s and no error code."))
SAID: Final = storable(_("Twilio said: %(words)s"))
NOT_UNDERSTOOD: Final = _("Twilio's answer could not be understood.")
NOT_ASKED: Final = _("Twilio could not be asked.")
BUSY: Final = storable(_("Twilio is busy. Try again in %(seconds)s seconds."))

CONNECTED: Final = storable(_("Connected to the Twilio account %(name)s."))
CONNECTED_BY_KEY: Final = _("Connected to Twilio with the API key.")
TRIAL: Final = _("It is a trial account, which texts verified numbers only.")
NOT_ACTIVE: Final = storable(_("The Twilio account %(name)s is %(status)s."))
