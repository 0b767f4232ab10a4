"""Addresses are those of the manifest, found out once."""

import json
from pathlib import Path

import pytest

from portal.lib.static_files import StaticFiles


@pytest.fixture
def storage(tmp_path: Path) -> StaticFiles:
    named = {"paths": {"a/x.css": "a/x.123.css"}, "version": "1.1", "hash": ""}
    Path(tmp_path, "staticfiles.json").write_text(json.dumps(named))
    return StaticFiles(location=str(tmp_path), base_url="/static/")


def test_an_address_is_that_of_the_manifest_and_is_kept(storage: StaticFiles) -> None:
    assert storage.url("a/x.css") == "/static/a/x.123.css"
    storage.hashed_files.clear()
    assert storage.url("a/x.css") == "/static/a/x.123.css"


def test_what_is_missing_is_said_every_time(storage: StaticFiles) -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match=r"a/y\.css"):
            storage.url("a/y.css")
