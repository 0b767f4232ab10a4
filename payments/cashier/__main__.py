"""``python -m payments.cashier [--port N]``: serve the platform until stopped."""

import argparse
import os
import sys

from payments.cashier.config import config

THREADS = 32  # the switch "slow" parks a thread for each caller


def main() -> None:
    """Become gunicorn, under the same process id: one worker, because SQLite has one writer."""
    parser = argparse.ArgumentParser(prog="python -m payments.cashier")
    parser.add_argument("--port", type=int, help="default: CASHIER_PORT or 8001")
    port = parser.parse_args().port
    if port is not None:
        os.environ["CASHIER_PORT"] = str(port)
    bind = f"{config().host}:{config().port}"
    arguments = ["--bind", bind, "--threads", str(THREADS), "--no-control-socket"]
    quiet = ["--log-level", "warning", "--keep-alive", "5", "--graceful-timeout", "3"]
    program = [sys.executable, "-m", "gunicorn", *arguments, *quiet, "payments.cashier.wsgi"]
    os.execv(sys.executable, program)  # noqa: S606 -- our own interpreter, no shell


if __name__ == "__main__":
    main()
