"""What workers do for this app. Each task calls one verb."""

from celery import shared_task

from campaigns.actions.imports import RUN_IMPORTS, run_waiting_imports
from campaigns.bell import Rung


@shared_task(name=RUN_IMPORTS, base=Rung)
def run_imports() -> None:
    """Import the files that wait. Rung by an upload, and by beat for what no bell reached."""
    run_waiting_imports()
