"""How the dashboard looks and what it may load: colours, navigation, and the content security policy."""

from typing import NamedTuple

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

# Scripts come from our own files alone: no inline script, no eval. Styles stay open to style attributes,
# which the admin theme and the chart library write.
CONTENT_SECURITY_POLICY: dict[str, dict[str, list[str]]] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}


class Page(NamedTuple):
    """One entry of the navigation.

    ``url_name`` is in the ``admin`` namespace; ``permission`` is ``app.codename``, or blank for all staff.
    ``also`` are paths under the admin's root whose pages belong to this entry.
    """

    title: StrOrPromise
    icon: str
    url_name: str
    permission: str = ""
    also: tuple[str, ...] = ()


NAVIGATION: tuple[tuple[StrOrPromise, tuple[Page, ...]], ...] = (
    ("", (Page(_("Home"), "home", "index"),)),
    (
        _("Campaigns & Content"),
        (
            Page(
                _("Campaigns"),
                "campaign",
                "campaigns_campaign_changelist",
                "campaigns.view_campaign",
                also=("optins/optincampaign/", "optins/globalcampaign/", "messaging/"),
            ),
            Page(_("Calendar"), "calendar_month", "messaging_calendar", "messaging.view_smsmessage"),
            Page(_("Create Campaign"), "add_circle", "campaigns_campaign_create", "campaigns.add_campaign"),
        ),
    ),
    (
        _("Audience"),
        (
            Page(
                _("Customers"),
                "group",
                "campaigns_customer_changelist",
                "campaigns.view_customer",
                also=("messaging/inbound/person/",),
            ),
            Page(_("Segments"), "filter_alt", "campaigns_segment_changelist", "campaigns.view_segment"),
            Page(_("Attributes"), "label", "campaigns_attribute_changelist", "campaigns.view_attribute"),
            Page(
                _("Imports"),
                "upload_file",
                "campaigns_customerimport_changelist",
                "campaigns.view_customerimport",
            ),
        ),
    ),
    (
        _("Conversations"),
        (
            Page(_("Inbox"), "inbox", "messaging_inbound_changelist", "messaging.view_inbound"),
            Page(_("Review queue"), "rule", "optins_optoutreview_changelist", "optins.view_optoutreview"),
            Page(_("Keyword laboratory"), "science", "messaging_laboratory", "messaging.view_inbound"),
            Page(_("Message log"), "outgoing_mail", "messaging_outbound_changelist", "messaging.view_outbound"),
        ),
    ),
    (
        _("Consent"),
        (
            Page(
                _("Subscriptions"),
                "how_to_reg",
                "optins_subscription_changelist",
                "optins.view_subscription",
            ),
            Page(_("Suppressions"), "block", "optins_suppression_changelist", "optins.view_suppression"),
            Page(
                _("Consent ledger"),
                "menu_book",
                "optins_consentevent_changelist",
                "optins.view_consentevent",
            ),
            Page(_("Verifications"), "pin", "optins_verification_changelist", "optins.view_verification"),
        ),
    ),
    (
        _("Set-up"),
        (
            Page(_("Message providers"), "dns", "optins_messageprovider_changelist", "optins.view_messageprovider"),
            Page(_("Phone numbers"), "dialpad", "optins_sender_changelist", "optins.view_sender"),
            Page(_("My test phone"), "phonelink_ring", "optins_staffnumber_changelist", "optins.change_staffnumber"),
            Page(_("Lawful hours"), "bedtime", "messaging_lawfulhours_changelist", "messaging.view_lawfulhours"),
            Page(_("Prices"), "payments", "messaging_partprice_changelist", "messaging.view_partprice"),
            Page(_("Launch rules"), "verified_user", "messaging_launchrules_changelist", "messaging.view_launchrules"),
            Page(_("Stops of sending"), "front_hand", "messaging_sendinghold_changelist", "messaging.view_sendinghold"),
            Page(
                _("Callbacks put aside"),
                "sms_failed",
                "messaging_pendingcallback_changelist",
                "messaging.view_pendingcallback",
            ),
            Page(_("API apps"), "key", "optins_apiapp_changelist", "optins.view_apiapp"),
            Page(_("Staff"), "badge", "auth_user_changelist", "auth.view_user"),
            Page(_("Audit trail"), "history", "campaigns_auditentry_changelist", "campaigns.view_auditentry"),
        ),
    ),
)


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """The groups of the sidebar that this person may open, in Unfold's shape."""
    links = _links(request)
    current = _current(request.path, links)
    groups: list[dict[str, object]] = [
        {
            "title": title,
            "items": [
                {"title": page.title, "icon": page.icon, "link": links[page], "active": page == current}
                for page in pages
                if page in links
            ],
        }
        for title, pages in NAVIGATION
    ]
    if settings.SIMULATOR_URL:
        groups.append({"separator": True, "items": [_handsets(settings.SIMULATOR_URL)]})
    return groups


def _handsets(url: str) -> dict[str, object]:
    return {"title": _("Handsets"), "icon": "smartphone", "link": url, "active": False}


def _links(request: HttpRequest) -> dict[Page, str]:
    """The address of each page this person may see. A page the site does not have gets no entry:
    one dead link would otherwise take every page down with it."""
    links = {}
    for _group, pages in NAVIGATION:
        for page in pages:
            if page.permission and not request.user.has_perm(page.permission):
                continue
            try:
                links[page] = reverse(f"admin:{page.url_name}")
            except NoReverseMatch:
                continue
    return links


def _current(path: str, links: dict[Page, str]) -> Page | None:
    """The entry that the path belongs to: the one that knows the longest part of it."""
    root = reverse("admin:index")
    if path == root:
        return next(page for page in links if page.url_name == "index")
    known = [
        (address, page)
        for page, link in links.items()
        for address in (link, *(root + part for part in page.also))
        if address != root and path.startswith(address)
    ]
    return max(known, key=lambda found: len(found[0]))[1] if known else None


def environment(_request: HttpRequest) -> list[str] | None:
    """The badge at the top right: shown while texts go to the simulated carrier instead of to people."""
    return [gettext("Simulated carrier"), "warning"] if settings.SIMULATOR_URL else None


# Petrol on cool grey. Every pair the theme draws text with passes WCAG AA: white on primary-600 is 5.7,
# primary-600 on base-100 5.2, primary-500 on base-900 5.9, base-500 on base-50 4.6.
_PRIMARY = {
    "50": "oklch(97.7% .014 205)",
    "100": "oklch(94.5% .032 205)",
    "200": "oklch(89% .058 206)",
    "300": "oklch(81.5% .088 208)",
    "400": "oklch(73.5% .105 210)",
    "500": "oklch(66% .108 212)",
    "600": "oklch(50.5% .089 215)",
    "700": "oklch(44% .078 217)",
    "800": "oklch(38% .066 219)",
    "900": "oklch(32.5% .054 221)",
    "950": "oklch(24% .042 224)",
}
_BASE = {
    "50": "oklch(98.5% .002 230)",
    "100": "oklch(96.7% .004 232)",
    "200": "oklch(92.8% .007 234)",
    "300": "oklch(87.2% .011 236)",
    "400": "oklch(70.7% .021 238)",
    "500": "oklch(55.1% .026 240)",
    "600": "oklch(44.6% .029 242)",
    "700": "oklch(37.3% .031 244)",
    "800": "oklch(27.8% .03 246)",
    "900": "oklch(21.5% .027 248)",
    "950": "oklch(15% .022 250)",
}

UNFOLD: dict[str, object] = {
    "SITE_TITLE": "Optline",
    "SITE_HEADER": "Optline",
    "SITE_SUBHEADER": _("SMS campaigns"),
    "SITE_URL": None,
    "SITE_ICON": lambda _request: static("optline/logo.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("optline/favicon.svg"),
        },
    ],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "ENVIRONMENT": environment,
    "BORDER_RADIUS": "8px",
    "COLORS": {"primary": _PRIMARY, "base": _BASE},
    "STYLES": [
        lambda _request: static("optline/optline.css"),
        lambda _request: static("optline/messaging.css"),
    ],
    "SCRIPTS": [lambda _request: static("optline/unfold_csp.js")],
    "LOGIN": {"image": lambda _request: static("optline/login.svg")},
    "COMMAND": {"search_models": False, "search_callback": "config.search.find", "show_history": False},
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": navigation},
}
