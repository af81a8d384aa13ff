"""The command line: servers of its own (with fsync on, as in production), then `manage.py measure`."""

import os
import secrets
import subprocess
import sys
import time

from benchmarks import certificate
from config.local import postgres, testbed, valkey
from config.local.processes import Family
from config.local.services import ROOT, Services


def main() -> int:
    """Run the measurements with the command line's arguments; return their exit code. The last line says how long."""
    begun = time.monotonic()
    with Family() as family:
        folder = family.temporary_folder()
        data, logs, password = folder / "postgres", folder / "log", secrets.token_urlsafe()
        postgres.create(family, data, password=password, logs=logs)
        database = postgres.start(family, data, password=password, logs=logs)
        broker = valkey.start(family, folder / "valkey", password=password, logs=logs, keep=False)
        certificate.write(folder / "carrier.pem")
        env = {
            **os.environ,
            **testbed.environment(Services(database.url, broker.url)),
            "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
            "LOG_LEVEL": "ERROR",
            "BENCHMARK_FOLDER": str(folder),
            "BENCHMARK_CERTIFICATE": str(folder / "carrier.pem"),
            # What OpenSSL trusts beside the system's folder: the processes of this run, and they alone.
            "SSL_CERT_FILE": str(folder / "carrier.pem"),
            "BENCHMARK_POSTGRES": str(database.child.process.pid),
            "BENCHMARK_REDIS": str(broker.child.process.pid),
        }
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
        code = subprocess.run([*manage, "measure", *sys.argv[1:]], cwd=ROOT, env=env, check=False).returncode
    print(f"The whole run took {time.monotonic() - begun:.0f} s.", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
