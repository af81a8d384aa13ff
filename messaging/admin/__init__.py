"""The screens of messaging. Importing the package registers them, as Django's autodiscovery does."""

from messaging.admin import campaigns, inbox, log, messages, providers

__all__ = ["campaigns", "inbox", "log", "messages", "providers"]
