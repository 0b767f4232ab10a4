"""What a backup takes of the uploads while the portal works, and while their disk is away."""

import tarfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from payments.reconcile.tests.paper import make_upload
from portal.ops import backup
from portal.records.models import VeteranStatus
from portal.records.tests.factories import build_world

NOW = datetime(2025, 4, 23, 6, 43, tzinfo=UTC)


def statement() -> None:
    make_upload()


def evidence() -> None:
    VeteranStatus.objects.create(
        student=build_world().student,
        valid_from=NOW.date(),
        basis="退出现役证",
        evidence="veterans/证.pdf",
        claimed_at=NOW,
    )


@pytest.mark.django_db
@pytest.mark.parametrize("name_one", [statement, evidence])
@pytest.mark.parametrize("is_there", [True, False], ids=["empty", "no folder"])
def test_no_backup_while_the_disk_is_away(
    settings: Settings, tmp_path: Path, name_one: Callable[[], None], is_there: bool
) -> None:
    settings.MEDIA_ROOT, settings.BACKUP_ROOT = str(tmp_path / "media"), str(tmp_path / "backups")
    name_one()
    if is_there:
        (tmp_path / "media" / "veterans").mkdir(parents=True)
    with pytest.raises(CommandError, match="却一个也没有"):
        call_command("backup")
    assert not (tmp_path / "backups").exists()


@pytest.mark.django_db
def test_a_new_portal_has_no_uploads(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.BACKUP_ROOT = str(tmp_path / "media"), str(tmp_path / "backups")
    call_command("backup")
    assert len(backup.complete(tmp_path / "backups")) == 1


def test_a_job_deletes_a_file_while_it_is_backed_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    media, copy = tmp_path / "media", tmp_path / "copy.tar"
    media.mkdir()
    for name in "abc":
        (media / name).touch()
    look = tarfile.TarFile.gettarinfo

    def looked(tar: tarfile.TarFile, name: Path, arcname: str) -> tarfile.TarInfo:
        """Its folder has been listed, and it is not its turn yet."""
        if arcname == "./a":
            (media / "b").unlink()
        return look(tar, name, arcname)

    monkeypatch.setattr(tarfile.TarFile, "gettarinfo", looked)
    backup._pack(media, copy)
    with tarfile.open(copy) as tar:
        assert sorted(tar.getnames()) == [".", "./a", "./c"]
