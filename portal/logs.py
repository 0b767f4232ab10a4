"""Where log lines go, what stands in each, and what never does.

Knows no Django: the settings read it. Lines are for people (``line``) or for a log store
(``json``); both carry the request's number and neither a phone number, an address or an identity.
"""

import logging
from typing import Any

from portal.lib import trace
from portal.lib.log_lines import as_json, masked

# Seven lines a document, and four a sign-in, otherwise.
CHATTY = ("weasyprint", "fontTools", "pikepdf", "pyhanko", "axes")


class Line(logging.Formatter):
    """One line for people; the request's number only where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        record.request = f" [{trace.current()}]" if trace.current() else ""
        return masked(super().format(record))


class Json(logging.Formatter):
    """One JSON object a line, see ``portal.lib.log_lines``."""

    def format(self, record: logging.LogRecord) -> str:
        exception = self.formatException(record.exc_info) if record.exc_info else ""
        return as_json(record, trace.current(), exception)


def logging_to_stderr(level: str, style: str) -> dict[str, Any]:
    """Everything to stderr: without this, Django hides unhandled errors once DEBUG is off.

    ``style`` is ``line`` or ``json``.
    """
    line = "%(asctime)s %(levelname)s %(name)s%(request)s %(message)s"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "portal.logs.Line", "format": line},
            "json": {"()": "portal.logs.Json"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": style}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {name: {"level": "ERROR"} for name in CHATTY},
    }
