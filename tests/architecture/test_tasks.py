"""Celery is a door like any other: short, named, routed and rung only by names that somebody answers to."""

import ast
import inspect
import re
import textwrap

import pytest
from celery import Task

from campaigns import bell
from config.celery import DEFAULT, SEND, app
from tests.architecture.source import PACKAGES, body_length, functions, modules, tree

MOST_LINES = 10

app.loader.import_default_modules()
TASKS: "dict[str, Task[..., object]]" = {
    name: task for name, task in app.tasks.items() if name.split(".")[0] in PACKAGES
}


def beats() -> list[tuple[str, dict[str, object]]]:
    return list(app.conf.beat_schedule.items())


def queue_of(name: str) -> str:
    return str(app.amqp.router.route({}, name)["queue"].name)


@pytest.mark.parametrize("name", sorted(TASKS))
def test_a_task_is_short_and_named_after_its_function(name: str) -> None:
    source = textwrap.dedent(inspect.getsource(TASKS[name].run))
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert body_length(function) <= MOST_LINES
    assert name == f"{TASKS[name].run.__module__.split('.')[0]}.{function.name}"


def test_tasks_live_in_the_files_called_tasks() -> None:
    decorated = {
        (path.name, function.name)
        for path in modules(*PACKAGES)
        for function in functions(path)
        if any("shared_task" in ast.unparse(decorator) for decorator in function.decorator_list)
    }
    assert {name for _, name in decorated} == {name.split(".")[1] for name in TASKS}
    assert {file for file, _ in decorated} == {"tasks.py"}


def test_only_the_wire_has_a_queue_of_its_own() -> None:
    assert {name for name in TASKS if queue_of(name) == SEND} == {"messaging.send_due"}
    assert {queue_of(name) for name in TASKS} == {DEFAULT, SEND}


@pytest.mark.parametrize(("title", "entry"), beats())
def test_each_entry_of_the_beat_table_names_a_task(title: str, entry: dict[str, object]) -> None:
    assert entry["task"] in TASKS


@pytest.mark.parametrize(("title", "entry"), beats())
def test_no_bell_goes_by_the_clock_of_the_machine_that_hears_it(title: str, entry: dict[str, object]) -> None:
    assert entry.keys() == {"task", "schedule"}


def rung_names() -> set[str]:
    """What `ring_after_commit` is called with: constants, each defined once as a literal."""
    constants: dict[str, str] = {}
    called: set[str] = set()
    for path in modules(*PACKAGES):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                constants |= {ast.unparse(target): str(node.value.value) for target in targets}
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(bell.ring_after_commit.__name__):
                called.add(ast.unparse(node.args[0]))
    return {constants.get(name, name) for name in called}


def test_every_bell_that_is_rung_has_a_task_that_answers() -> None:
    assert {name for name, task in TASKS.items() if isinstance(task, bell.Rung)} == rung_names()
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in rung_names())
