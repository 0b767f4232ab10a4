"""Settings that would forget too soon."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.utils.module_loading import import_string

from portal.lib.retention import Keeping


def check_retention(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 -- the signature of a system check
    **_options: Any,
) -> list[CheckMessage]:
    """Nothing is forgotten before the law, or its own purpose, allows."""
    found: list[CheckMessage] = []
    for path in settings.RETENTION:
        keeping: Keeping = import_string(path)
        if getattr(settings, keeping.days) < keeping.least:
            message = f"{keeping.days} is below {keeping.least} days."
            found.append(Error(message, hint="Keep it longer.", id="audit.E001"))
    return found
