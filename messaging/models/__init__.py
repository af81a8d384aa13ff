from messaging.models.answers import Answer, AnswersMark
from messaging.models.approvals import Approval, LaunchRules
from messaging.models.census import Census
from messaging.models.certificates import DeliveryCertificate
from messaging.models.holds import DatabaseMark, SendingHold
from messaging.models.hours import LawfulHours
from messaging.models.inbox import Inbound, PendingCallback, StatusCallback
from messaging.models.messages import MessagingCampaign, SmsMessage
from messaging.models.outbox import Outbound
from messaging.models.outcomes import OutcomeCount, TakenCount
from messaging.models.prices import PartPrice
from messaging.models.retention import RetentionMark
from messaging.models.runs import Run
from messaging.models.tests import TestText

__all__ = [
    "Answer",
    "AnswersMark",
    "Approval",
    "Census",
    "DatabaseMark",
    "DeliveryCertificate",
    "Inbound",
    "LaunchRules",
    "LawfulHours",
    "MessagingCampaign",
    "Outbound",
    "OutcomeCount",
    "PartPrice",
    "PendingCallback",
    "RetentionMark",
    "Run",
    "SendingHold",
    "SmsMessage",
    "StatusCallback",
    "TakenCount",
    "TestText",
]
