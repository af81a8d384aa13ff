"""Small files and small functions. An exception is named here with its reason, and goes when it is no longer one."""

from tests.architecture.source import PACKAGES, functions, length, modules, name_of

FILE_LINES = 400
FUNCTION_LINES = 40
TEST_LINES = 25

LONG_FILES: set[str] = set()
LONG_FUNCTIONS: set[str] = set()
LONG_TESTS: set[str] = set()


def test_no_file_is_longer_than_its_budget() -> None:
    paths = modules(*PACKAGES, "tests")
    long = {name_of(path) for path in paths if len(path.read_text().splitlines()) > FILE_LINES}
    assert long == LONG_FILES


def too_long(*folders: str, lines: int, prefix: str = "") -> set[str]:
    return {
        f"{name_of(path)}:{function.name}"
        for path in modules(*folders)
        for function in functions(path)
        if function.name.startswith(prefix) and length(function) > lines
    }


def test_no_function_is_longer_than_its_budget() -> None:
    assert too_long(*PACKAGES, "tests", lines=FUNCTION_LINES) == LONG_FUNCTIONS


def test_a_test_fits_on_a_screen() -> None:
    assert too_long("tests", lines=TEST_LINES, prefix="test_") == LONG_TESTS
