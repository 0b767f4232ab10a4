"""What is missing on this server before the first transcript is asked for."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from portal.lib.errors import DomainError
from transcripts import fonts, keys


def check_transcripts(
    app_configs: Sequence[AppConfig] | None,  # noqa: ARG001 -- the signature of a system check
    **_options: Any,
) -> list[CheckMessage]:
    """The font is there, and keys that are set can be read."""
    found: list[CheckMessage] = []
    try:
        fonts.source()
    except fonts.FontMissing:
        hint = f"Install the package {fonts.PACKAGE} (and fontconfig)."
        found.append(
            Error(f"No font {fonts.FAMILY!r} for transcripts.", hint=hint, id="transcripts.E001")
        )
    try:
        keys.readable()
    except DomainError as error:
        found.append(Error(error.message, hint=error.advice, id="transcripts.E002"))
    return found
