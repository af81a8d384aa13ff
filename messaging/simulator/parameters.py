"""What Twilio tells a webhook: the parameters of a status callback and of an inbound text."""

from messaging.simulator.addresses import place
from messaging.simulator.directory import Line
from messaging.simulator.messages import Message
from messaging.simulator.optout import Keyword

_API_VERSION = "2010-04-01"


def status_parameters(message: Message) -> dict[str, str]:
    """Of a status callback: twilio.com/docs/messaging/guides/track-outbound-message-status."""
    parameters = {
        "AccountSid": message.account_sid,
        "ApiVersion": _API_VERSION,
        "From": message.sender or "",
        "To": message.to,
        "MessageSid": message.sid,
        "MessageStatus": message.status,
        "SmsSid": message.sid,
        "SmsStatus": message.status,
    }
    if message.service_sid:
        parameters["MessagingServiceSid"] = message.service_sid
    if message.error_code:
        parameters["ErrorCode"] = str(message.error_code)
    if message.status in {"delivered", "undelivered"}:
        parameters["RawDlrDoneDate"] = message.updated.strftime("%y%m%d%H%M")
    return parameters


def inbound_parameters(message: Message, line: Line, opt_out_type: Keyword | None) -> dict[str, str]:
    """Of an inbound text: twilio.com/docs/messaging/guides/webhook-request."""
    parameters = {
        "AccountSid": message.account_sid,
        "ApiVersion": _API_VERSION,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "SmsStatus": "received",
        "From": message.phone,
        "To": message.to,
        "Body": message.body,
        "NumMedia": "0",
        "NumSegments": str(message.parts),
    }
    parameters |= {f"From{name}": value for name, value in place(message.phone).items()}
    parameters |= {f"To{name}": value for name, value in place(message.to).items()}
    if line.service:
        parameters["MessagingServiceSid"] = line.service.sid
    if opt_out_type:
        parameters["OptOutType"] = opt_out_type
    return parameters
