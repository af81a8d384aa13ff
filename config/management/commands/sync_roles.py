"""`manage.py sync_roles`: make the groups Viewer, Marketer, Launcher and Admin hold exactly their rights."""

from typing import Any

from django.core.management.base import BaseCommand

from config import roles


class Command(BaseCommand):
    help = "Write the role groups. Safe to run again at any time, and after each upgrade."

    def handle(self, *_args: Any, **_options: Any) -> None:
        roles.sync()
        self.stdout.write(f"The groups {', '.join(roles.roles())} are up to date.")
