"""The portal's own WSGI application under a counter of SQL statements.

Every answer carries ``X-Statements``; the statements themselves are written to files in the
folder ``RECORD_STATEMENTS``, for ``replay``.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.counting import Counter
from benchmarks.recording import FLOW_HEADER, Request, append
from portal.wsgi import application as portal

FOLDER = Path(os.environ["RECORD_STATEMENTS"])
FLOW = f"HTTP_{FLOW_HEADER.upper().replace('-', '_')}"

Start = Callable[..., Any]


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Serve one request and count its statements."""
    counter, started = Counter(), time.time()

    def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
        counted = ("X-Statements", str(len(counter.statements)))
        return start_response(status, [*headers, counted], *rest)

    with connection.execute_wrapper(counter):
        answer = portal(environ, start)
    flow, path = environ.get(FLOW, ""), environ["PATH_INFO"]
    file = FOLDER / f"{os.getpid()}-{threading.get_ident()}"
    append(file, Request(flow, started, path, tuple(counter.statements)))
    return answer
