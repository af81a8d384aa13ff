"""The screens of messaging. Importing the package registers them, as Django's autodiscovery does."""

from messaging.admin import campaigns, hours, inbox, log, messages, providers

__all__ = ["campaigns", "hours", "inbox", "log", "messages", "providers"]
