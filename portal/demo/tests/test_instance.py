"""The embedded services of one instance: kept data, given servers, locks, unreachable clones."""

import os
import shutil
from pathlib import Path

import psycopg2
import pytest
import redis

from portal.demo.supervisor.children import Crew
from portal.demo.supervisor.instance import Instance
from portal.demo.supervisor.refusal import Refusal
from portal.demo.tests.conftest import broker, rows, server_user

NO_DATABASE = {"DATABASE_URL": "postgres://given"}


def test_a_second_start_keeps_ports_rows_and_keys(instance: Instance, crew: Crew) -> None:
    first = instance.start_services(crew, {}, {})
    rows(first["DATABASE_URL"], "CREATE TABLE kept AS SELECT '重修' AS word")
    with broker(first["REDIS_URL"]) as client:
        client.set("kept", "重修")
    crew.stop()

    second = instance.start_services(crew, {}, first)

    assert second == first
    assert rows(second["DATABASE_URL"], "SELECT word FROM kept") == [("重修",)]
    with broker(second["REDIS_URL"]) as client:
        assert client.get("kept") == "重修".encode()


def test_the_database_sorts_and_folds_by_code_point(instance: Instance, crew: Crew) -> None:
    url = instance.start_services(crew, {"REDIS_URL": "redis://given"}, {})["DATABASE_URL"]

    statement = (
        "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding),"
        " current_setting('fsync') FROM pg_database WHERE datname = current_database()"
    )
    assert rows(url, statement) == [("b", "C.UTF-8", "UTF8", "on")]


def test_disposable_data_still_survive_a_killed_process(open_folder: Path, crew: Crew) -> None:
    test_instance = Instance(open_folder / "var", "test", disposable=True)
    test_instance.prepare()
    url = test_instance.start_services(crew, {"REDIS_URL": "redis://given"}, {})["DATABASE_URL"]

    statement = "SELECT current_setting('fsync'), current_setting('synchronous_commit')"
    assert rows(url, statement) == [("off", "on")]


@pytest.mark.parametrize(
    ("given", "started"),
    [
        ({"DATABASE_URL": "postgres://given/portal"}, ["valkey"]),
        ({"REDIS_URL": "redis://given"}, ["postgres"]),
        ({"DATABASE_URL": "postgres://given/portal", "REDIS_URL": "redis://given"}, []),
    ],
    ids=["database given", "broker given", "both given"],
)
def test_a_given_server_is_used_instead(
    instance: Instance, crew: Crew, given: dict[str, str], started: list[str]
) -> None:
    urls = instance.start_services(crew, given, {})

    assert [child.program.name for child in crew.children] == started
    assert {name: urls[name] for name in given} == given


def test_two_checkouts_run_side_by_side(instance: Instance, crew: Crew, open_folder: Path) -> None:
    other = Instance(open_folder / "other", "demo")
    other.prepare()

    here = instance.start_services(crew, {}, {})
    # As if the folder had been copied: the recorded ports are taken by now.
    there = other.start_services(crew, {}, here)

    assert set(here.values()).isdisjoint(there.values())
    rows(here["DATABASE_URL"], "CREATE TABLE mine ()")
    assert rows(there["DATABASE_URL"], "SELECT to_regclass('mine')") == [(None,)]


def test_a_checkout_runs_once(instance: Instance) -> None:
    with instance.locked(), pytest.raises(Refusal) as refused, instance.locked():
        raise AssertionError("both hold the lock")

    assert str(refused.value) == (
        f"The demo instance of this checkout is already running (process {os.getpid()})."
    )


def test_servers_do_not_run_as_root(instance: Instance, crew: Crew) -> None:
    instance.start_services(crew, {}, {})

    users = {Path(f"/proc/{child.process.pid}").stat().st_uid for child in crew.children}
    assert users == {server_user()}


def test_a_closed_folder_above_the_checkout_stays_closed(open_folder: Path, crew: Crew) -> None:
    """A clone below /root: as root the data go to a private folder, as oneself they stay."""
    closed = open_folder / "root"
    closed.mkdir(mode=0o700)
    hidden = Instance(closed / "var", "demo", private_base=open_folder / "lib")
    hidden.prepare()

    first = hidden.start_services(crew, {}, {})
    rows(first["DATABASE_URL"], "CREATE TABLE kept AS SELECT 1 AS one")
    crew.stop()
    second = hidden.start_services(crew, {}, first)

    assert rows(second["DATABASE_URL"], "SELECT one FROM kept") == [(1,)]
    assert closed.stat().st_mode & 0o777 == 0o700
    assert (hidden.state / "services").exists() == (os.geteuid() != 0)


def test_a_copied_checkout_gets_data_of_its_own(open_folder: Path, crew: Crew) -> None:
    closed = open_folder / "root"
    closed.mkdir(mode=0o700)
    hidden = Instance(closed / "var", "demo", private_base=open_folder / "lib")
    hidden.prepare()
    here = hidden.start_services(crew, {}, {})
    shutil.copytree(closed / "var", closed / "copy", ignore=shutil.ignore_patterns("services"))
    copy = Instance(closed / "copy", "demo", private_base=open_folder / "lib")

    there = copy.start_services(crew, {}, here)

    assert rows(here["DATABASE_URL"], "CREATE TABLE mine ()") == []
    assert rows(there["DATABASE_URL"], "SELECT to_regclass('mine')") == [(None,)]


def test_the_data_of_a_removed_checkout_go_with_the_next_start(
    open_folder: Path, crew: Crew
) -> None:
    for name in ("first", "second"):
        closed = open_folder / name
        closed.mkdir(mode=0o700)
        hidden = Instance(closed / "var", "demo", private_base=open_folder / "lib")
        hidden.prepare()
        hidden.start_services(crew, NO_DATABASE, {})
        shutil.rmtree(closed / "var")

    expected = 1 if os.geteuid() == 0 else 0
    assert len(list((open_folder / "lib").glob("demo-*.owner"))) == expected


def test_a_recorded_address_that_was_cut_short_is_no_obstacle(
    instance: Instance, crew: Crew
) -> None:
    previous = {"REDIS_URL": "redis://:secret@127.0.0.1:6x"}

    urls = instance.start_services(crew, NO_DATABASE, previous)

    with broker(urls["REDIS_URL"]) as client:
        assert client.ping() is True


def test_strangers_are_not_let_in(instance: Instance, crew: Crew) -> None:
    urls = instance.start_services(crew, {}, {})
    password = (instance.state / "services" / "password").read_text()

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        rows(urls["DATABASE_URL"].replace(password, "guessed"), "SELECT 1")
    with (
        broker(urls["REDIS_URL"].replace(password, "guessed")) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
