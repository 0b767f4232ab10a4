"""From a backup to a database and a folder of files, both empty before."""

import shutil
import subprocess
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg2

from portal.ops import postgres, sealing
from portal.ops.backup import DUMP, MEDIA, SEALED, BackupFailed, Source, check, uploads

TABLES = """
SELECT count(*) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')
"""


def restore(folder: Path, target: Source, key: bytes | None) -> None:
    """Read a whole backup into ``target``; raises ``BackupFailed`` and leaves nothing half done.

    Everything is checked before anything is written; the database is filled in one transaction,
    and the files get their place after it.
    """
    manifest = check(folder)
    _require_empty(target)
    if manifest.sealed and key is None:
        raise BackupFailed("这份备份是加密的，请设置 BACKUP_KEY。")
    if key is not None and not manifest.sealed:  # whoever may write there could have made it
        raise BackupFailed(
            "这份备份没有加密，说不准是谁做的，没有恢复。确认是自己做的，去掉 BACKUP_KEY 再恢复。"
        )
    target.media.parent.mkdir(parents=True, exist_ok=True)
    home = target.media if target.media.is_dir() else target.media.parent
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as place:
        unpacked = Path(place) / "media"
        dump = _opened(folder, DUMP, Path(place), key)
        _unpack(_opened(folder, MEDIA, Path(place), key), unpacked)
        _fill(dump, target)
        _put(unpacked, target.media)


def _put(unpacked: Path, media: Path) -> None:
    """Into the folder that is there: it may be where another disk is mounted, or a link to one."""
    if not media.is_dir():
        shutil.move(unpacked, media)
        return
    for path in list(unpacked.iterdir()):
        shutil.move(path, media)


def _require_empty(target: Source) -> None:
    with closing(psycopg2.connect(**target.link)) as link, link.cursor() as cursor:
        cursor.execute(TABLES)
        row = cursor.fetchone()
    if row != (0,):
        raise BackupFailed(
            "目标数据库里已有表，没有恢复。请新建一个空数据库，把 DATABASE_URL 指向它。"
        )
    if target.media.is_dir() and uploads(target.media):
        raise BackupFailed(f"{target.media} 里已有文件，没有恢复。请把 MEDIA_ROOT 指向空文件夹。")


def _opened(folder: Path, name: str, place: Path, key: bytes | None) -> Path:
    """The plain file: the backup's own, or unsealed into ``place``."""
    if key is None:
        return folder / name
    plain = place / name
    with (folder / (name + SEALED)).open("rb") as file, plain.open("wb") as out:
        try:
            sealing.unseal(file, out, key)
        except sealing.Unreadable as error:
            raise BackupFailed(str(error)) from error
    return plain


def _unpack(archive: Path, folder: Path) -> None:
    """Files and folders below this one; raises ``BackupFailed`` when there is anything else."""
    folder.mkdir()
    with tarfile.open(archive) as tar:
        for member in tar:
            is_plain = member.isfile() or member.isdir()
            if not is_plain or not (folder / member.name).resolve().is_relative_to(
                folder.resolve()
            ):
                raise BackupFailed(f"备份的文件包里有不该有的内容：{member.name}。没有恢复。")
        # Debian 12's Python (3.11.2) knows no filters: it gets what passed above.
        tar.extraction_filter = getattr(tarfile, "data_filter", None)
        tar.extractall(folder)  # noqa: S202 -- every member was looked at


def _fill(dump: Path, target: Source) -> None:
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    name = f"--dbname={target.link['dbname']}"
    try:
        program = postgres.find("pg_restore", target.major)
        postgres.run(program, [*options, name, str(dump)], target.link)
    except postgres.ProgramMissing as error:
        raise BackupFailed(str(error)) from error
    except subprocess.CalledProcessError as error:
        raise BackupFailed(f"pg_restore 没有做成：{error.stderr}") from error
