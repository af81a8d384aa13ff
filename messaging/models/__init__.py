from messaging.models.hours import LawfulHours
from messaging.models.inbox import Inbound, StatusCallback
from messaging.models.messages import MessagingCampaign, SmsMessage
from messaging.models.outbox import Outbound
from messaging.models.runs import Run

__all__ = ["Inbound", "LawfulHours", "MessagingCampaign", "Outbound", "Run", "SmsMessage", "StatusCallback"]
