"""The archive of uploads is opened into its folder and nowhere else, by old Pythons too."""

import io
import tarfile
from pathlib import Path

import pytest

from portal.ops.backup import BackupFailed
from portal.ops.restoring import _unpack


def archive(path: Path, *members: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w") as tar:
        for member in members:
            member.size = 3 if member.isfile() else 0
            tar.addfile(member, io.BytesIO(b"abc"))
    return path


def link(name: str, target: str) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = tarfile.SYMTYPE, target
    return made


@pytest.mark.parametrize("has_filters", [True, False], ids=["with filters", "3.11.2"])
def test_files_find_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_filters: bool
) -> None:
    if not has_filters:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)  # 3.11.2 itself has none
    _unpack(archive(tmp_path / "a.tar", tarfile.TarInfo("credits/1.jpg")), tmp_path / "media")
    assert (tmp_path / "media" / "credits" / "1.jpg").read_bytes() == b"abc"


@pytest.mark.parametrize(
    "member",
    [tarfile.TarInfo("../out"), tarfile.TarInfo("/tmp/portal-out"), link("here", "/etc/passwd")],  # noqa: S108 -- must not be written
    ids=["above", "absolute", "link"],
)
def test_nothing_else_is_unpacked(tmp_path: Path, member: tarfile.TarInfo) -> None:
    made = archive(tmp_path / "a.tar", tarfile.TarInfo("first"), member)
    with pytest.raises(BackupFailed, match="不该有的内容"):
        _unpack(made, tmp_path / "media")
    assert list((tmp_path / "media").iterdir()) == []
    assert not (tmp_path / "out").exists()
