"""Sentences of the admin theme, which brings no translations: marked here, so that our catalogue has them.

Those that Django's own catalogue has are not repeated. The places of the theme that we do not use are left out.
"""

from typing import Final

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy

THEME: Final = (
    # The frame of every page.
    _("Light"),
    _("Dark"),
    _("System"),
    _("Type to search"),
    _("Search apps and models..."),
    _("All applications"),
    _("No results matching your query"),
    _("Loading more results..."),
    _("Recent searches"),
    _("No recent searches"),
    _("Go back"),
    _("Return to site"),
    _("Welcome"),
    # Signing in and out, and accounts.
    _("Welcome back to"),
    _("Forgotten your password or username?"),
    _("Toggle password visibility"),
    _("You have been successfully logged out from the administration"),
    _("After you've created a user, you’ll be able to edit more user options."),
    _(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change the password "
        'using <a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    # Lists.
    _("Filters"),
    _("Apply Filters"),
    _("Reset filters"),
    _("No results found"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("No data"),
    _("Not enough data."),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("Expand row"),
    _("Run"),
    _("More actions"),
    _("Next"),
    _("Previous"),
    _("True"),
    _("False"),
    _("Date"),
    _("Date from"),
    _("Date to"),
    _("From"),
    _("To"),
    _("Value"),
    # Forms.
    _("General"),
    _("Submit"),
    _("Cancel"),
    _("Choose file to upload"),
    _("Click to download"),
    _("Image preview"),
    _("Record picture"),
    _("This item will be deleted."),
    _("Click to cancel"),
)

RESULTS: Final = ngettext_lazy(
    "\n                Found %(counter)s result in %(time)s seconds\n            ",
    "\n                Found %(counter)s results in %(time)s seconds\n            ",
    "counter",
)
