"""This installation as backups see it, from the settings."""

from pathlib import Path

from django.conf import settings
from django.db import connection

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
