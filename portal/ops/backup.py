"""A copy of everything a college cannot make again: the database and the uploaded files.

A backup is a folder: ``database.dump`` (pg_dump's own format), ``media.tar``, each sealed when
there is a key, and ``manifest.json`` with their sizes and SHA-256. The folder gets its name when
it is complete. The database is read first, in one snapshot: files are stored before the rows that
name them, so every row finds its file.
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from portal.ops import postgres, sealing

DUMP, MEDIA, MANIFEST = "database.dump", "media.tar", "manifest.json"
NAME = "portal-%Y%m%dT%H%M%SZ"
DRAFT = ".draft"
SEALED = ".sealed"
ABANDONED = timedelta(hours=12)  # no backup takes so long
LOST_AND_FOUND = "lost+found"  # root's own, where an ext4 disk is mounted


class BackupFailed(Exception):
    """Nothing was left behind; the sentence says why."""


@dataclass(frozen=True)
class Part:
    """One file of a backup."""

    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. ``major`` is the server's version, ``made_at`` ISO 8601."""

    made_at: str
    major: int
    sealed: bool
    parts: tuple[Part, ...]

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises ``BackupFailed`` when the folder is no complete backup."""
        try:
            found = json.loads((folder / MANIFEST).read_text())
            parts = tuple(Part(**one) for one in found.pop("parts"))
            return cls(parts=parts, **found)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BackupFailed(f"{folder} 里没有完整的备份。") from error


@dataclass(frozen=True)
class Source:
    """What is backed up: psycopg2's parameters, the server's major version, the uploads."""

    link: Mapping[str, Any]
    major: int
    media: Path


def make(source: Source, root: Path, key: bytes | None, now: datetime) -> Path:
    """Write a backup below ``root`` and return its folder; raises ``BackupFailed``."""
    folder = root / now.strftime(NAME)
    draft = folder.with_suffix(DRAFT)
    _forget_drafts(root, now)
    draft.mkdir(mode=0o700, parents=True)
    try:
        _dump(source, draft / DUMP)
        _pack(source.media, draft / MEDIA)
        parts = tuple(part(_sealed(draft / name, key)) for name in (DUMP, MEDIA))
        manifest = Manifest(now.isoformat(), source.major, key is not None, parts)
        (draft / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1))
        _to_disk(draft)
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _forget_drafts(root: Path, now: datetime) -> None:
    """What a power cut left behind is not sealed yet, and no other command would remove it."""
    for path in root.glob(f"portal-*{DRAFT}"):
        if path.name < (now - ABANDONED).strftime(NAME):
            shutil.rmtree(path)


def prune(root: Path, keep: int) -> list[Path]:
    """Remove all but the newest ``keep`` complete backups; returns what went. Never the last."""
    gone = complete(root)[: -max(keep, 1)]
    for folder in gone:
        shutil.rmtree(folder)
    return gone


def names(*, sealed: bool) -> set[str]:
    """The files of a backup beside its manifest."""
    return {name + SEALED * sealed for name in (DUMP, MEDIA)}


def complete(root: Path) -> list[Path]:
    """The folders of whole backups, oldest first."""
    return sorted(path.parent for path in root.glob(f"portal-*Z/{MANIFEST}"))


def newest(root: Path) -> datetime | None:
    """When the newest backup was made that can be read; None where there is none."""
    for folder in reversed(complete(root)):
        try:
            return datetime.fromisoformat(Manifest.read(folder).made_at)
        except (BackupFailed, ValueError):
            continue
    return None


def check(folder: Path) -> Manifest:
    """Hold every file against the manifest, which names both and no other; raises
    ``BackupFailed``.
    """
    manifest = Manifest.read(folder)
    if {known.name for known in manifest.parts} != names(sealed=manifest.sealed):
        raise BackupFailed(f"{folder} 里没有完整的备份。")
    for known in manifest.parts:
        path = folder / known.name
        if not path.is_file() or part(path) != known:
            raise BackupFailed(f"备份文件 {known.name} 缺失或已损坏，校验和不符。")
    return manifest


def _dump(source: Source, path: Path) -> None:
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={path}"]
    try:
        postgres.run(postgres.find("pg_dump", source.major), options, source.link)
    except postgres.ProgramMissing as error:
        raise BackupFailed(str(error)) from error
    except subprocess.CalledProcessError as error:
        raise BackupFailed(f"pg_dump 没有做成：{error.stderr}") from error


def uploads(media: Path) -> list[Path]:
    """What lies in the folder, but for what the file system keeps there for itself."""
    return sorted(path for path in media.iterdir() if path.name != LOST_AND_FOUND)


def _pack(media: Path, path: Path) -> None:
    with tarfile.open(path, "w") as tar:
        if media.is_dir():
            media = media.resolve()  # tar would keep a link to another disk as a link
            tar.add(media, ".", recursive=False)
            for one in uploads(media):
                _add(tar, one, f"./{one.name}")


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    try:
        tar.add(path, name, recursive=False)
    except FileNotFoundError:  # listed, and deleted since by a job: it works while we read
        return
    if path.is_dir() and not path.is_symlink():
        for one in sorted(path.iterdir()):
            _add(tar, one, f"{name}/{one.name}")


def _sealed(path: Path, key: bytes | None) -> Path:
    """The file itself without a key, else the sealed one in its place."""
    if key is None:
        return path
    target = path.with_name(path.name + SEALED)
    with path.open("rb") as plain, target.open("wb") as out:
        sealing.seal(plain, out, key)
    path.unlink()
    return target


def part(path: Path) -> Part:
    """What the manifest says of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Part(path.name, path.stat().st_size, digest)


def _to_disk(folder: Path) -> None:
    """A name is only given to what survives a power cut."""
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
