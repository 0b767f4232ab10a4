"""The command line: exit statuses, sentences, and nothing left behind by any way to end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.demo.serve import BASE
from portal.demo.supervisor import identity
from portal.demo.supervisor.identity import Identity
from portal.demo.tests.conftest import PATIENCE, eventually

IMPORTS = "import os, pathlib, sys; from portal.demo import serve;"
MAIN = "sys.exit(serve.main(sys.argv[2:], pathlib.Path(sys.argv[1])))"
RUN = IMPORTS + MAIN
AS_NOBODY = IMPORTS + "os.geteuid() or (os.setgid(65534), os.setuid(65534));" + MAIN
# As root, once more as an ordinary user. Interpreter and program files may lie where that user
# cannot go, so the ones are imported and the others copied before the user changes.
DROPPED = """
import encodings.idna, os, pathlib, sys
from portal.demo import serve
from portal.demo.supervisor.home import Programs
from portal.demo.supervisor.instance import Instance
base = pathlib.Path(sys.argv[1])
programs = Programs.installed().copied(base)
if os.geteuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
instance = Instance(base / "var", "test", disposable=True, programs=programs)
sys.exit(serve.run(instance, ["test", "-d", str(instance.state / "services" / "postgres")]))
"""
Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def serve(open_folder: Path) -> Iterator[Serve]:
    """Start the command line on a folder of its own, without given servers."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, code: str = RUN, **more: str) -> "subprocess.Popen[str]":
        given = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(open_folder), *arguments],
            cwd=BASE,
            env={**given, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def servers(open_folder: Path, mode: str = "test") -> list[Identity]:
    """The recorded processes of a running instance."""
    records = sorted((open_folder / "var" / mode / "processes").glob("*"))
    return [found for record in records if (found := Identity.read(record)) and found.alive]


def wait_for_both(open_folder: Path) -> list[Identity]:
    """Wait until PostgreSQL and Valkey run and the command writes ``started``."""
    assert eventually((open_folder / "started").exists)
    return servers(open_folder)


def waiting_command(open_folder: Path) -> tuple[str, ...]:
    return ("test", "--", "sh", "-c", f"touch {open_folder}/started; exec sleep 600")


@pytest.mark.parametrize("status", [0, 5], ids=["success", "failure"])
def test_the_commands_status_is_ours(serve: Serve, open_folder: Path, status: int) -> None:
    script = f'test -n "$DATABASE_URL" && test -n "$REDIS_URL" && exit {status}'

    run = serve("test", "--", "sh", "-c", script)

    assert run.communicate(timeout=PATIENCE) == ("", "")
    assert run.returncode == status
    assert servers(open_folder) == []


def test_an_ordinary_user_runs_the_servers_as_himself(serve: Serve, open_folder: Path) -> None:
    if os.geteuid() == 0:
        os.chown(open_folder, 65_534, 65_534)

    run = serve(code=DROPPED)

    assert run.communicate(timeout=PATIENCE) == ("", "")
    assert run.returncode == 0
    data = open_folder / "var" / "test" / "services" / "postgres"
    assert data.stat().st_uid == (os.geteuid() or 65_534)


@pytest.mark.parametrize(
    ("sent", "status"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["kill", "closed terminal"],
)
def test_a_stop_signal_stops_everything(
    serve: Serve, open_folder: Path, sent: signal.Signals, status: int
) -> None:
    run = serve(*waiting_command(open_folder))
    both = wait_for_both(open_folder)
    assert len(both) == 2

    run.send_signal(sent)

    assert run.wait(PATIENCE) == status
    assert [process for process in both if process.alive] == []


def test_a_killed_supervisor_leaves_nobody_and_starts_again(
    serve: Serve, open_folder: Path
) -> None:
    run = serve(*waiting_command(open_folder))
    both = wait_for_both(open_folder)

    run.kill()

    assert identity.wait_gone(both, PATIENCE)
    again = serve("test", "--", "true")
    assert again.communicate(timeout=PATIENCE) == ("", "")
    assert again.returncode == 0


def test_it_ends_with_its_parent(open_folder: Path) -> None:
    """make is killed: nobody could press Ctrl-C for the supervisor any more."""
    given = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    command = [sys.executable, "-c", RUN, str(open_folder), *waiting_command(open_folder)]
    make = subprocess.Popen(["sh", "-c", '"$@"; true', "sh", *command], cwd=BASE, env=given)
    both = wait_for_both(open_folder)

    make.kill()
    make.wait()

    assert identity.wait_gone(both, PATIENCE)
    assert eventually(lambda: not list((open_folder / "var/test/processes").iterdir()))


def test_a_second_one_in_the_same_checkout_is_refused(serve: Serve, open_folder: Path) -> None:
    first = serve(*waiting_command(open_folder))
    wait_for_both(open_folder)

    second = serve("test", "--", "true")

    sentence = f"The test instance of this checkout is already running (process {first.pid}).\n"
    assert second.communicate(timeout=PATIENCE) == ("", sentence)
    assert second.returncode == 1
    assert first.poll() is None


def test_a_folder_of_somebody_else_is_named(serve: Serve, open_folder: Path) -> None:
    """As after a run with sudo; root itself may write everywhere, so it becomes nobody here."""
    var = open_folder / "var"
    var.mkdir(mode=0o555)

    run = serve("test", "--", "true", code=AS_NOBODY)

    sentence = (
        f"{var / 'test'} belongs to another user (was make run with sudo before?). "
        f"Run make as that user, or remove {var}.\n"
    )
    assert run.communicate(timeout=PATIENCE) == ("", sentence)
    assert run.returncode == 1


def test_a_taken_port_is_named_with_the_variable(serve: Serve, open_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        run = serve("demo", PORT=str(port))
        out, error = run.communicate(timeout=PATIENCE)

    assert (out, run.returncode) == ("", 1)
    assert error.startswith(f"Port {port} is in use. Choose another one: PORT=")
    assert not (open_folder / "var" / "demo" / "services").exists()


def test_a_port_that_is_none_is_refused(serve: Serve) -> None:
    run = serve("demo", PORT="80000")

    assert run.communicate(timeout=PATIENCE) == ("", "PORT=80000 is not a port number.\n")


def test_the_operators_file_counts(serve: Serve, open_folder: Path) -> None:
    given = "DATABASE_URL=postgres://given/portal\nREDIS_URL=redis://given\n"
    (open_folder / ".env").write_text(given)

    run = serve("test", "--", "sh", "-c", "echo $DATABASE_URL $REDIS_URL")

    assert run.communicate(timeout=PATIENCE) == ("postgres://given/portal redis://given\n", "")
    assert not (open_folder / "var").exists()
