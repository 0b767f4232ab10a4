"""What a log line may say, and a line as a JSON object. Imports nothing of the portal, because
gunicorn's master reads it by itself (``deploy/gunicorn_config.py``).
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

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


def as_json(record: logging.LogRecord, request: str, exception: str = "") -> str:
    """``time level logger message request process`` and what was added by name."""
    said: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname,
        "logger": record.name,
        "message": masked(record.getMessage()),
        "request": request,
        "process": record.process,
        **getattr(record, "facts", {}),
    }
    if exception:
        said["exception"] = masked(exception)
    return json.dumps(said, ensure_ascii=False)
