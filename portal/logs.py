"""Where log lines go."""

from typing import Any

# Seven lines a document, and four a sign-in, otherwise.
CHATTY = ("weasyprint", "fontTools", "pikepdf", "pyhanko", "axes")


def logging_to_stderr(level: str) -> dict[str, Any]:
    """Everything to stderr: without this, Django hides unhandled errors once DEBUG is off."""
    line = "%(asctime)s %(levelname)s %(name)s %(message)s"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": line}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {name: {"level": "ERROR"} for name in CHATTY},
    }
