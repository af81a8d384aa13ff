"""The screens of the audience: customers, attributes, segments, and the audit trail."""

from campaigns.admin import audit, customers, segments

__all__ = ["audit", "customers", "segments"]
