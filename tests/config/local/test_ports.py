import socket

import pytest

from config.local.ports import HOST, free_port, is_free, require_free
from config.local.refusal import Refusal


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server((HOST, 0)) as server:
        assert not is_free(server.getsockname()[1])


def test_a_free_port_stays_clear_of_the_ports_of_outgoing_connections() -> None:
    assert free_port() < 32_768


def test_a_port_in_use_is_named_together_with_the_way_to_choose_another() -> None:
    with socket.create_server((HOST, free_port())) as server:
        port = server.getsockname()[1]
        with pytest.raises(Refusal) as refusal:
            require_free(port, what="the web", flag="--port", variable="OPTLINE_PORT")
    assert f"Port {port}, wanted for the web, is in use." in str(refusal.value)
    assert f"./start --port {port + 100}" in str(refusal.value)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_number_that_is_no_port_is_refused_with_a_sentence(port: int) -> None:
    with pytest.raises(Refusal, match="cannot be used for the web"):
        require_free(port, what="the web", flag="--port", variable="OPTLINE_PORT")
