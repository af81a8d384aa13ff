"""Who may do what: four groups, from reading to running the house. `manage.py sync_roles` writes them."""

from collections.abc import Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

_APPS = ("campaigns", "optins", "messaging")

# What a marketer writes. Launching is a right of its own: whoever writes need not be whoever sends.
_WRITES = (
    "campaigns.campaign", "campaigns.customer", "campaigns.phonenumber", "campaigns.segment",
    "campaigns.customerimport", "campaigns.attribute",
    "optins.globalcampaign", "optins.globaloptions", "optins.optincampaign", "optins.optinoptions",
    "optins.keyword", "optins.staffnumber", "messaging.messagingcampaign", "messaging.smsmessage",
)  # fmt: skip
_SETS_UP = (
    "optins.messageprovider", "optins.sender", "optins.apiapp", "messaging.lawfulhours",
    "messaging.partprice", "messaging.launchrules", "auth.user",
)  # fmt: skip

VIEWER, MARKETER, LAUNCHER, ADMIN = "Viewer", "Marketer", "Launcher", "Admin"


def _viewing() -> Q:
    return Q(content_type__app_label__in=_APPS, codename__startswith="view_")


def _writing(models: tuple[str, ...]) -> Q:
    query = Q(pk__in=[])
    for label in models:
        app, model = label.split(".")
        acts = [f"{act}_{model}" for act in ("add", "change", "delete", "view")]
        query |= Q(content_type__app_label=app, codename__in=acts)
    return query


def _named(*names: str) -> Q:
    return Q(codename__in=names, content_type__app_label__in=_APPS)


def roles() -> Mapping[str, Q]:
    """Each role holds all that the one before it holds."""
    viewer = _viewing()
    marketer = viewer | _writing(_WRITES) | _named("handle_text", "send_test")
    launcher = marketer | _named(
        "launch_campaign",
        "approve_message",
        "opt_out_number",
        "decide_review",
        "export_evidence",
        "handle_callback",
        "reply_to_text",
        "undo_customerimport",
    )
    admin = launcher | _writing(_SETS_UP) | _named("erase_person")
    return {VIEWER: viewer, MARKETER: marketer, LAUNCHER: launcher, ADMIN: admin}


@transaction.atomic
def sync() -> None:
    """Make the four groups hold exactly their permissions. Safe to run again at any time."""
    for name, query in roles().items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set(Permission.objects.filter(query))
