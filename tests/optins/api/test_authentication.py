"""Who may call: HTTP Basic with the app's key and secret, the same key in the path, over https."""

import base64
import datetime as dt

import pytest
from pytest_django.fixtures import Settings

from optins.actions.api_apps import create_app, rotate_secret, save_app
from tests import factories
from tests.optins.api.conftest import Caller, basic, code_of

PATH = "/external/users/ada"


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    factories.customer(external_id="ada")


def _status(caller: Caller, header: str | None) -> int:
    caller.headers = {} if header is None else {"Authorization": header}
    answer = caller.raw("GET", PATH)
    if answer.status_code != 200:
        assert code_of((answer.status_code, answer.json())) == (401, "invalid_api_key")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    return int(answer.status_code)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic /w==",
        "Bearer abc",
        "Basic " + base64.b64encode(b"no-colon").decode(),
        basic("0" * 40),
        basic("\x00" * 12),
        basic("x" * 10_000),
    ],
)
def test_without_good_credentials_nobody_comes_in(caller: Caller, header: str | None) -> None:
    assert _status(caller, header) == 401


def test_a_wrong_or_blank_secret_does_not_open(caller: Caller) -> None:
    assert _status(caller, basic(caller.app.key, "wrong")) == 401
    assert _status(caller, basic(caller.app.key, "")) == 401


def test_the_key_in_the_path_must_be_the_callers_own(caller: Caller) -> None:
    other = factories.api_app()

    assert _status(caller, basic(other.key)) == 401


def test_an_app_that_is_switched_off_is_refused(caller: Caller) -> None:
    app = caller.app
    save_app(app=app, name=app.name, campaign=None, active=False, by=factories.TESTS)

    assert _status(caller, basic(app.key)) == 401


def test_a_created_app_opens_with_the_secret_that_was_shown_once(db: None) -> None:
    app, secret = create_app(name="Web shop", by=factories.TESTS)

    assert _status(Caller(app), basic(app.key, secret)) == 200
    assert secret not in str(app.__dict__)


def test_a_rotated_secret_works_beside_the_old_one_until_the_overlap_ends(caller: Caller) -> None:
    app = caller.app
    new = rotate_secret(app=app, by=factories.TESTS)
    assert _status(caller, basic(app.key, new)) == _status(caller, basic(app.key)) == 200

    newest = rotate_secret(app=app, by=factories.TESTS, overlap=dt.timedelta(0))

    assert [_status(caller, basic(app.key, secret)) for secret in (newest, new, factories.SECRET)] == [200, 401, 401]


def test_plain_http_is_refused_where_the_public_address_is_https(caller: Caller, settings: Settings) -> None:
    settings.IS_HTTPS = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    assert code_of(caller.call("GET", PATH)) == (403, "https_only")
    assert caller.raw("GET", PATH, headers={"X-Forwarded-Proto": "https"}).status_code == 200
