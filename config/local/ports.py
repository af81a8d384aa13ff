"""Which TCP ports of this machine may be used."""

import random
import socket

from config.local.refusal import Refusal

HOST = "127.0.0.1"
# From 32768 on, Linux hands ports to outgoing connections: a server there can lose its port to a client.
_FREE_RANGE = range(20_000, 32_768)


def is_free(port: int) -> bool:
    """True when a server could listen on the port now. Raises PermissionError where the system forbids it."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Without it, connections of a server that has just stopped would count as a port in use.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


def free_port() -> int:
    """A random port that is free now, so that systems started side by side rarely want the same one."""
    for port in random.sample(_FREE_RANGE, 200):
        if is_free(port):
            return port
    raise Refusal("No free port was found between 20000 and 32767. Stop some servers on this machine.")


def require_free(port: int, *, what: str, flag: str, variable: str) -> None:
    """Raise a Refusal that names the port and the way to choose another, unless it is free."""
    choose = f"Choose another with {flag} or {variable}, for example: ./start {flag} {port + 100}"
    try:
        if is_free(port):
            return
    except (PermissionError, OverflowError):
        raise Refusal(f"Port {port} cannot be used for {what}. {choose}") from None
    raise Refusal(f"Port {port}, wanted for {what}, is in use. {choose}")
