"""Where log lines go, what stands in each, and what never does.

Knows no Django: the settings read it. Lines are for people (``line``) or for a log store
(``json``); both carry the request's number and neither a phone number, an address or an identity.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from portal.lib import trace

# Seven lines a document, and four a sign-in, otherwise.
CHATTY = ("weasyprint", "fontTools", "pikepdf", "pyhanko", "axes")

# Longer digit strings (order and trade numbers) contain none of these: no digit on either side.
MASKS = (
    # 身份证号
    (re.compile(r"(?<![0-9A-Za-z])([1-9]\d{5})\d{8}(\d{3}[\dXx])(?![0-9A-Za-z])"), r"\1********\2"),
    # 手机号
    (re.compile(r"(?<![0-9A-Za-z])((?:\+?86)?1[3-9]\d)\d{4}(\d{4})(?![0-9A-Za-z])"), r"\1****\2"),
    (re.compile(r"\b([\w.+-])[\w.+-]*@([\w-]+\.)"), r"\1***@\2"),
    # What PostgreSQL tells of a row it refuses: all of its values, names included.
    (re.compile(r"(Failing row contains) \(.*?\)\.", re.DOTALL), r"\1 (…)."),
    (re.compile(r"(Key \([^)]*\))=\(.*?\)(?= already| is not| is still| conflicts)"), r"\1=(…)"),
    (re.compile(r"(://[^:/@\s]*):[^@/\s]+@"), r"\1:***@"),
    (re.compile(r"(Bearer\s+|(?:password|token|ticket)=)[^\s&'\"]+", re.IGNORECASE), r"\1***"),
)


def masked(text: str) -> str:
    """The text without personal data and secrets that have a shape."""
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text


class Line(logging.Formatter):
    """One line for people; the request's number only where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        record.request = f" [{trace.current()}]" if trace.current() else ""
        return masked(super().format(record))


class Json(logging.Formatter):
    """One JSON object a line: ``time level logger message request`` and what was added by name."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": masked(record.getMessage()),
            "request": trace.current(),
            "process": record.process,
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            said["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(said, ensure_ascii=False)


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
