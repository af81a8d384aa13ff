"""The command that runs the simulator: it starts, tells its health, and stops on SIGTERM."""

import signal
import subprocess
import sys
import time

import requests

from tests.fixtures.simulator import free_socket


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    with free_socket() as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "messaging.simulator", "--port", str(port), "--delay-scale", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert health(port) == {"status": "ok", "messages": 0, "under_way": 0}
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=5)
    assert process.returncode == 0
    assert log == f"INFO Simulated carrier on http://127.0.0.1:{port}\n"


def health(port: int) -> object:
    """The health of a simulator that is about to start."""
    for _attempt in range(100):
        try:
            return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("The simulator did not start within five seconds.")
