"""This installation as backups see it, from the settings."""

import os
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import FileField, Model, QuerySet

from payments.reconcile.models import Upload
from portal.audit.tracked import options, tables
from portal.ops import sealing
from portal.ops.backup import Source


def here() -> Source:
    """The portal's own database and uploads."""
    with connection.cursor():  # the version is known once connected
        major = connection.connection.server_version // 10_000
    wanted = connection.get_connection_params()
    link = {key: wanted[key] for key in ("host", "port", "user", "password") if wanted.get(key)}
    return Source({**link, "dbname": wanted["dbname"]}, major, Path(settings.MEDIA_ROOT))


def key() -> bytes | None:
    """The key of backups, None without one; raises ``sealing.Unreadable``."""
    return sealing.key_of(settings.BACKUP_KEY) if settings.BACKUP_KEY else None


def lost_uploads() -> bool:
    """Rows name uploads, and their folder holds not one: its disk is not mounted."""
    return not _has_file(Path(settings.MEDIA_ROOT)) and any(
        rows.exclude(**{name: ""}).exists() for rows, name in _naming()
    )


def _has_file(folder: Path) -> bool:
    return any(files for _, _, files in os.walk(folder, followlinks=True))


def _naming() -> Iterator[tuple[QuerySet[Model], str]]:
    """Rows with an upload, and the column that names it."""
    yield Upload.objects.all(), "path"
    for model in tables():
        for field in options(model).fields:
            if isinstance(field, FileField):
                yield model._base_manager.all(), field.name  # noqa: SLF001 -- documented
