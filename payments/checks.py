"""Mistakes in the settings that would cost money or a seat, found at start."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

HANDLER = ("label", "titles", "payable", "steps")
GATEWAY = (
    "can_query",
    "can_close",
    "can_refund",
    "pays_by_code",
    "create",
    "query",
    "close",
    "refund",
    "query_refund",
    "parse_notification",
    "acknowledgement",
    "statement",
    "statement_rows",
    "from_settings",
)
LINES_OF_THE_DATABASE = 3  # constraint line_at_most_three


def check_settings(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 -- the signature of a system check
    **_options: Any,
) -> list[CheckMessage]:
    """Handlers and gateways can be loaded and are whole; waits and limits make sense."""
    return [
        *_classes("CHARGE_HANDLERS", HANDLER, "payments.E001"),
        *_classes("GATEWAYS", GATEWAY, "payments.E002"),
        *_limits(),
        *_waits(),
    ]


def _classes(name: str, needed: Iterable[str], code: str) -> Iterable[CheckMessage]:
    for key, path in getattr(settings, name).items():
        where = f"{name}[{key!r}] = {path!r}"
        try:
            found = import_string(path)
        except ImportError as error:
            yield Error(f"{where} cannot be imported: {error}", id=code)
            continue
        missing = [part for part in needed if not hasattr(found, part)]
        if missing:
            yield Error(f"{where} lacks {', '.join(missing)}", id=code)


def _limits() -> Iterable[CheckMessage]:
    if not 1 <= settings.ORDER_MAX_COURSES <= LINES_OF_THE_DATABASE:
        hint = "The finance platform recognises three courses a payment; it may only be lowered."
        yield Error("ORDER_MAX_COURSES is not 1, 2 or 3", hint=hint, id="payments.E003")


def _waits() -> Iterable[CheckMessage]:
    waits = {
        "ORDER_RELEASE_AFTER": [settings.ORDER_RELEASE_AFTER],
        "ORDER_REPAY_AFTER": [settings.ORDER_REPAY_AFTER],
        "ORDER_WATCH": [settings.ORDER_WATCH],
        "FINANCE_CASE_AFTER": [settings.FINANCE_CASE_AFTER],
        "ORDER_CHECK_BACKOFF": settings.ORDER_CHECK_BACKOFF,
    }
    for name, values in waits.items():
        if not values or min(values) <= timedelta(0):
            yield Error(f"{name} is not longer than nothing", id="payments.E004")
    if settings.ORDER_WATCH < settings.ORDER_RELEASE_AFTER:
        yield Error("ORDER_WATCH is shorter than ORDER_RELEASE_AFTER", id="payments.E004")
