"""The drill: what is backed up comes back on another database, audited, with its files."""

import dataclasses
import io
import json
import os
import subprocess
import sys
import tarfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from payments.tests.desk import withdrawn
from payments.tests.factories import HANDLERS
from portal.ops import backup, installation, metrics, postgres, restoring, sealing
from portal.ops.backup import BackupFailed, Source

KEY = urlsafe_b64encode(bytes(range(32))).decode()
NOW = datetime(2025, 4, 23, 6, 43, tzinfo=UTC)
FILE, CONTENT = Path("attachments/2025/证书.pdf"), b"%PDF-1.7 of a student"
COUNTS = """
SELECT (SELECT count(*) FROM payments_receipt), (SELECT count(*) FROM payments_surplus),
       (SELECT count(*) FROM accounts_user), (SELECT count(*) FROM pg_trigger),
       (SELECT count(*) FROM django_migrations)
"""


@pytest.fixture
def portal(throwaway_database: None, settings: Settings, tmp_path: Path) -> Path:
    """A portal with money in three places and an upload; returns where backups go."""
    settings.CHARGE_HANDLERS = HANDLERS
    withdrawn(40000, 55000)
    settings.MEDIA_ROOT, settings.BACKUP_ROOT = str(tmp_path / "media"), str(tmp_path / "backups")
    path = tmp_path / "media" / FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    return tmp_path / "backups"


@pytest.fixture
def empty() -> Iterator[str]:
    """The address of an empty database on the same server."""
    address = urlsplit(os.environ["DATABASE_URL"])
    name = f"{address.path.strip('/')}_restored"
    maintenance = psycopg2.connect(urlunsplit(address._replace(path="/postgres")))
    maintenance.autocommit = True
    with closing(maintenance), maintenance.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        yield urlunsplit(address._replace(path=f"/{name}"))
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def restore_command(folder: Path, url: str, media: Path) -> tuple[int, str]:
    """The command in a process of its own: status and everything it said."""
    env = {**os.environ, "DATABASE_URL": url, "MEDIA_ROOT": str(media), "BACKUP_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "manage.py", "restore", str(folder)],
        cwd=django_settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def target(url: str, media: Path) -> Source:
    """Another database of the server the tests use, and a folder."""
    with closing(psycopg2.connect(url)) as link:
        major = link.info.server_version // 10_000
        given = {**link.info.dsn_parameters, "password": urlsplit(url).password}
    wanted = ("host", "port", "user", "password", "dbname")
    return Source({key: given[key] for key in wanted if given.get(key)}, major, media)


def counts(url: str, statement: str = COUNTS) -> tuple[object, ...] | None:
    with closing(psycopg2.connect(url)) as link, link.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def test_the_drill(portal: Path, empty: str, settings: Settings, tmp_path: Path) -> None:
    settings.BACKUP_KEY = KEY
    call_command("backup")
    [folder] = portal.iterdir()
    media = tmp_path / "elsewhere"
    status, said = restore_command(folder, empty, media)
    assert (status, "已恢复" in said, "ok   each surplus" in said) == (0, True, True), said
    assert counts(empty) == counts(os.environ["DATABASE_URL"])
    assert (media / FILE).read_bytes() == CONTENT
    assert CONTENT not in b"".join(path.read_bytes() for path in folder.iterdir())
    with pytest.raises(psycopg2.errors.RaiseException):  # append-only, as before
        counts(empty, "DELETE FROM payments_receipt")


def test_a_backup_without_a_key(portal: Path, empty: str, tmp_path: Path) -> None:
    folder = backup.make(installation.here(), portal, None, NOW)
    restoring.restore(folder, target(empty, tmp_path / "elsewhere"), None)
    assert counts(empty) == counts(os.environ["DATABASE_URL"])
    assert (tmp_path / "elsewhere" / FILE).read_bytes() == CONTENT


def test_uploads_on_another_disk(portal: Path, empty: str, tmp_path: Path) -> None:
    """The folder of uploads is a link to a whole disk, there and where it comes back to."""
    (tmp_path / "media").rename(tmp_path / "disk")
    (tmp_path / "media").symlink_to(tmp_path / "disk")
    for disk in ("disk", "disk two"):
        (tmp_path / disk / backup.LOST_AND_FOUND).mkdir(parents=True)
    (tmp_path / "elsewhere").symlink_to(tmp_path / "disk two")
    folder = backup.make(installation.here(), portal, None, NOW)
    restoring.restore(folder, target(empty, tmp_path / "elsewhere"), None)
    assert [path.name for path in backup.uploads(tmp_path / "disk two")] == [FILE.parts[0]]
    with tarfile.open(folder / backup.MEDIA) as tar:
        assert not any(backup.LOST_AND_FOUND in name for name in tar.getnames())
    assert (tmp_path / "disk two" / FILE).read_bytes() == CONTENT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Looks like a sealed backup to everybody who does not open its dump."""
    made = tmp_path / "backup"
    made.mkdir()
    for name in (backup.DUMP, backup.MEDIA):
        with (made / (name + backup.SEALED)).open("wb") as out:
            sealing.seal(io.BytesIO(b"anything"), out, sealing.key_of(KEY))
    parts = tuple(backup.part(path) for path in sorted(made.iterdir()))
    manifest = backup.Manifest(NOW.isoformat(), 18, True, parts)
    (made / backup.MANIFEST).write_text(json.dumps(dataclasses.asdict(manifest)))
    return made


@pytest.mark.django_db
def test_a_database_with_tables_is_not_touched(folder: Path, settings: Settings) -> None:
    settings.BACKUP_KEY = KEY
    with pytest.raises(CommandError, match="已有表"):
        call_command("restore", folder)


def test_a_folder_with_files_is_not_touched(folder: Path, empty: str, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="已有文件"):
        restoring.restore(folder, target(empty, tmp_path), sealing.key_of(KEY))


@pytest.mark.parametrize("name", ["database.dump.sealed", "media.tar.sealed"])
def test_a_damaged_backup_is_not_begun(folder: Path, empty: str, tmp_path: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(BackupFailed, match=f"{name} 缺失或已损坏"):
        restoring.restore(folder, target(empty, tmp_path / "elsewhere"), sealing.key_of(KEY))
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("key", "words"), [(None, "BACKUP_KEY"), (bytes(32), "密钥不对")], ids=["none", "other"]
)
def test_without_its_key_nothing_is_restored(
    folder: Path, empty: str, tmp_path: Path, key: bytes | None, words: str
) -> None:
    with pytest.raises(BackupFailed, match=words):
        restoring.restore(folder, target(empty, tmp_path / "elsewhere"), key)
    assert not (tmp_path / "elsewhere").exists()


def forged(folder: Path, **said: object) -> Path:
    """A manifest of somebody who may write to the disk of the backups, and his plain dump."""
    (folder / backup.DUMP).write_bytes(b"DROP everything")
    manifest = dataclasses.asdict(backup.Manifest.read(folder))
    (folder / backup.MANIFEST).write_text(json.dumps(manifest | said))
    return folder


@pytest.mark.parametrize(
    ("sealed", "names"),
    [
        (False, [backup.DUMP, backup.MEDIA]),
        (True, [backup.DUMP]),
        (True, []),
        (True, ["database.dump.sealed", "media.tar.sealed", "../backup/database.dump"]),
    ],
    ids=["plain", "half", "nothing", "from elsewhere"],
)
def test_a_key_opens_no_forged_backup(
    folder: Path, empty: str, tmp_path: Path, sealed: bool, names: list[str]
) -> None:
    (folder / backup.MEDIA).write_bytes(b"")
    forged(folder)
    parts = [
        dataclasses.asdict(dataclasses.replace(backup.part(folder / name), name=name))
        for name in names
    ]
    forged(folder, sealed=sealed, parts=parts)
    with pytest.raises(BackupFailed, match=r"没有完整的备份|没有加密"):
        restoring.restore(folder, target(empty, tmp_path / "elsewhere"), sealing.key_of(KEY))


@pytest.mark.parametrize("made", [True, False])
def test_metrics_tell_the_age_of_the_newest_that_can_be_read(
    folder: Path, settings: Settings, tmp_path: Path, made: bool
) -> None:
    settings.BACKUP_ROOT = str(tmp_path / "backups")
    if made:
        (tmp_path / "backups").mkdir()
        folder.rename(tmp_path / "backups" / NOW.strftime(backup.NAME))
    damaged = tmp_path / "backups" / "portal-20990101T000000Z"
    damaged.mkdir(parents=True)
    (damaged / backup.MANIFEST).write_text('{"made_at":')
    ages = [family.samples[0].value for family in metrics.Backups().collect()]
    assert [age > timedelta(days=300).total_seconds() for age in ages] == [True] * made


def test_a_folder_without_manifest_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="没有完整的备份"):
        backup.check(tmp_path)


@pytest.mark.django_db
def test_a_failed_backup_leaves_nothing(tmp_path: Path) -> None:
    good = installation.here()
    bad = Source({**good.link, "dbname": "nobody_has_this"}, good.major, tmp_path / "m")
    with pytest.raises(BackupFailed, match="pg_dump"):
        backup.make(bad, tmp_path / "backups", None, NOW)
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.django_db
def test_what_a_power_cut_left_behind_goes(tmp_path: Path) -> None:
    """It holds the database in plain."""
    old, running = (
        tmp_path / ((NOW - ago).strftime(backup.NAME) + backup.DRAFT)
        for ago in (timedelta(days=1), timedelta(minutes=5))
    )
    for draft in (old, running):
        draft.mkdir()
        (draft / backup.DUMP).touch()
    backup.make(installation.here(), tmp_path, sealing.key_of(KEY), NOW)
    assert (old.exists(), running.exists()) == (False, True)


def test_a_major_version_nobody_has() -> None:
    with pytest.raises(postgres.ProgramMissing, match="postgresql-client-9"):
        postgres.find("pg_dump", 9)


@pytest.mark.parametrize(("keep", "left"), [(2, 2), (5, 4), (0, 1)])
def test_the_newest_are_kept(tmp_path: Path, keep: int, left: int) -> None:
    names = [(NOW + timedelta(days=day)).strftime(backup.NAME) for day in range(4)]
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / backup.MANIFEST).touch()
    (tmp_path / "portal-20200101T000000Z").mkdir()  # not complete, not counted
    backup.prune(tmp_path, keep)
    kept = sorted(path.parent.name for path in tmp_path.glob(f"*/{backup.MANIFEST}"))
    assert kept == names[-left:]


@pytest.mark.django_db
def test_the_server_is_known_by_its_major_version() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        assert installation.here().major == int(cursor.fetchone()[0]) // 10_000
