"""The screens of messaging. Importing the package registers them, as Django's autodiscovery does."""

from messaging.admin import callbacks, campaigns, holds, hours, inbox, launch_rules, log, messages, prices, providers

__all__ = [
    "callbacks",
    "campaigns",
    "holds",
    "hours",
    "inbox",
    "launch_rules",
    "log",
    "messages",
    "prices",
    "providers",
]
