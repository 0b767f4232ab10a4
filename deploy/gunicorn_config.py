# noqa: INP001 -- a file gunicorn reads, no package
"""gunicorn's own lines (starting, a worker that hangs, a request it cannot read) as the portal's.

The master imports nothing of the portal: what it had imported, the workers of a reload would
inherit, and run the old code after an upgrade.
"""

import logging
import os
import runpy
from pathlib import Path
from typing import Any

from gunicorn import glogging  # type: ignore[import-untyped]

LINES = runpy.run_path(str(Path(__file__).parents[1] / "portal" / "lib" / "log_lines.py"))
DEFAULT = "line" if os.environ.get("DEMO") == "1" else "json"


class Json(logging.Formatter):
    """One JSON object a line; none of them is about a request that has a number."""

    def format(self, record: logging.LogRecord) -> str:
        exception = self.formatException(record.exc_info) if record.exc_info else ""
        line: str = LINES["as_json"](record, "", exception)
        return line


class Logger(glogging.Logger):  # type: ignore[misc]  # untyped
    """gunicorn's, in the format of ``LOG_FORMAT``."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        if os.environ.get("LOG_FORMAT", DEFAULT) == "json":
            for handler in self.error_log.handlers:
                handler.setFormatter(Json())


logger_class = Logger
