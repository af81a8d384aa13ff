"""`python -m messaging.simulator`: runs the simulated carrier in the foreground until SIGTERM or Ctrl-C."""

import argparse
import logging

from aiohttp import web

from messaging.simulator.carrier import Delays
from messaging.simulator.server import build


def main() -> None:
    """Reads the command line and serves."""
    parser = argparse.ArgumentParser(prog="python -m messaging.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8010, help="port to listen on (default %(default)s)")
    parser.add_argument(
        "--inbound-url",
        default="http://127.0.0.1:8000/webhooks/twilio/inbound",
        help="webhook for the texts that phones send (default %(default)s)",
    )
    parser.add_argument(
        "--delay-scale",
        type=float,
        default=1.0,
        help="multiplies the delays between statuses; 0 for none (default %(default)s)",
    )
    parser.add_argument(
        "--hold",
        type=float,
        default=60.0,
        help="seconds for which +15005550504 keeps a request waiting (default %(default)s)",
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    logging.getLogger(__name__).info("Simulated carrier on http://%s:%s", options.host, options.port)
    web.run_app(
        build(inbound_url=options.inbound_url, delays=Delays(scale=options.delay_scale, hold=options.hold)),
        host=options.host,
        port=options.port,
        access_log=None,
        print=None,
        shutdown_timeout=1.0,
    )


if __name__ == "__main__":
    main()
