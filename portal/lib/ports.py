"""TCP ports on this machine's own address."""

import secrets
import socket
from contextlib import closing

HOST = "127.0.0.1"
# Below the kernel's range for outgoing connections, which could take the port between the
# moment it is chosen and the moment the server binds it.
CHOICE = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Tell whether a server could bind the port now (connections in TIME_WAIT do not count)."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def choose(preferred: int | None = None) -> int:
    """Return the preferred port when it is free, any free one otherwise."""
    if preferred is not None and is_free(preferred):
        return preferred
    # Not of random: its numbers repeat where it is seeded alike, as in test workers side by side.
    while not is_free(port := secrets.choice(CHOICE)):
        continue
    return port


def answers(port: int) -> bool:
    """Tell whether somebody listens on the port."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0
