from messaging.models.hours import LawfulHours
from messaging.models.inbox import Inbound, PendingCallback, StatusCallback
from messaging.models.messages import MessagingCampaign, SmsMessage
from messaging.models.outbox import Outbound
from messaging.models.runs import Run

__all__ = [
    "Inbound", "LawfulHours", "MessagingCampaign", "Outbound", "PendingCallback", "Run", "SmsMessage", "StatusCallback",
]  # fmt: skip
