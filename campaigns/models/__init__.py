from campaigns.models.audit import AuditEntry
from campaigns.models.campaigns import Campaign
from campaigns.models.customers import NAME_WORDS, Attribute, Customer, CustomerEvent, PhoneNumber
from campaigns.models.filters import KeptFilter
from campaigns.models.imports import CustomerImport, ImportedLine, RejectedLine
from campaigns.models.segments import Segment

__all__ = [
    "NAME_WORDS",
    "Attribute",
    "AuditEntry",
    "Campaign",
    "Customer",
    "CustomerEvent",
    "CustomerImport",
    "ImportedLine",
    "KeptFilter",
    "PhoneNumber",
    "RejectedLine",
    "Segment",
]
