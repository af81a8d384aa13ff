"""The screens of the audience: customers, attributes, segments, imports, and the audit trail."""

from campaigns.admin import audit, customers, imports, segments

__all__ = ["audit", "customers", "imports", "segments"]
