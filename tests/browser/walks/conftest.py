"""Each walk is taken on a desktop and on a telephone, with the mouse and by keyboard alone."""

from collections.abc import Generator

import pytest

from config.roles import ADMIN
from messaging.models import LaunchRules
from tests import factories
from tests.browser.conftest import SignIn
from tests.browser.hands import Hands, Keyboard, Mouse

DESKTOP, TELEPHONE = 1280, 390


@pytest.fixture(
    params=[(Mouse, DESKTOP), (Mouse, TELEPHONE), (Keyboard, DESKTOP), (Keyboard, TELEPHONE)],
    ids=lambda way: f"{way[0].__name__.lower()} at {way[1]}",
)
def hands(request: pytest.FixtureRequest, sign_in: SignIn, complaints: list[str]) -> Generator[Hands, None, None]:
    """An administrator's, at the dashboard; no page may have had anything to say against itself."""
    LaunchRules.objects.get_or_create(only=True)  # tests in a browser begin without the rows that migrations write
    way, width = request.param
    page = sign_in(factories.staff(ADMIN, username="grace"))
    page.set_viewport_size({"width": width, "height": 844})
    yield way(page)
    assert complaints == []
