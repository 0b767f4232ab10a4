"""``python -m portal.demo.serve``: run the demo, or a command against embedded services.

serve demo                 everything, until Ctrl-C
serve test -- pytest …     a command with PostgreSQL and Valkey whose data are disposable
serve bench -- python …    the same with the durability of production
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from portal.demo.supervisor import children, signals, surroundings
from portal.demo.supervisor.children import Crew
from portal.demo.supervisor.instance import Instance
from portal.demo.supervisor.refusal import Refusal
from portal.demo.supervisor.stage import START_SECONDS, Stage
from portal.lib import ports

BASE = Path(__file__).resolve().parent.parent.parent
TICK_SECONDS = 0.2
INTERRUPT_SECONDS = 10.0


def main(arguments: Sequence[str], base: Path = BASE) -> int:
    """Run one mode and return the exit status; everything started is stopped on the way out."""
    options = _parser().parse_args(arguments)
    signals.listen(os.getppid())
    try:
        surroundings.load_operator_file(base)
        if options.mode == "demo":
            return demo(base)
        return run(Instance(base / "var", options.mode, options.mode == "test"), options.command)
    except Refusal as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except PermissionError as error:
        sys.stderr.write(
            f"{error.filename} belongs to another user (was make run with sudo before?). "
            f"Run make as that user, or remove {base / 'var'}.\n"
        )
        return 1
    except signals.Stopped as stopped:
        # Ctrl-C is how a demo ends; a command that was cut short has failed.
        return 0 if options.mode == "demo" else 128 + int(stopped.args[0])


def demo(base: Path) -> int:
    """Run the whole portal until somebody stops it. Raises ``Refusal`` when it cannot start."""
    instance = Instance(base / "var", "demo")
    with crew_of(instance) as crew:
        begun = time.monotonic()
        stage = _open(base, instance, crew)
        _announce(stage, time.monotonic() - begun)
        while True:
            crew.tend(time.monotonic())
            time.sleep(TICK_SECONDS)


def run(instance: Instance, command: Sequence[str]) -> int:
    """Run a command with the two services and return its exit status."""
    if not command:
        raise Refusal("Name the command to run after --.")
    if all(os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")):
        return _follow(command, _values({}, {}), None)
    with crew_of(instance) as crew:
        urls = instance.start_services(crew, os.environ, {})
        return _follow(command, _values(urls, {}), crew)


@contextmanager
def crew_of(instance: Instance) -> Iterator[Crew]:
    """Hold an instance: nothing of an earlier run is left before, nothing of ours after."""
    instance.prepare()
    with instance.locked():
        crew = Crew(instance.records)
        crew.clear_leftovers()
        try:
            yield crew
        finally:
            signals.ignore()
            crew.stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m portal.demo.serve",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("mode", choices=("demo", "test", "bench"))
    parser.add_argument("command", nargs="*", help="after --: the command to run")
    return parser


def _open(base: Path, instance: Instance, crew: Crew) -> Stage:
    port, cashier_port = _port("PORT", 8000), _port("CASHIER_PORT", 8001)
    record = base / "var" / "run" / "services.env"
    previous = surroundings.read(record)
    _say("Starting PostgreSQL and Valkey …")
    urls = instance.start_services(crew, os.environ, previous)
    values = _values(urls, previous) | {"PORT": str(port), "CASHIER_PORT": str(cashier_port)}
    surroundings.record(record, values)
    stage = Stage(base, instance, surroundings.with_ours(values), port, cashier_port)
    _say("Preparing the database and the static files …")
    stage.prepare()
    _say("Starting web, worker, beat and cashier …")
    crew.start(*stage.programs(), seconds=START_SECONDS)
    return stage


def _port(name: str, default: int) -> int:
    given = os.environ.get(name) or str(default)
    if not given.isdecimal() or not 0 < int(given) < 65_536:
        raise Refusal(f"{name}={given} is not a port number.")
    if not ports.is_free(int(given)):
        free = ports.choose()
        raise Refusal(f"Port {given} is in use. Choose another one: {name}={free} make demo")
    return int(given)


def _values(urls: Mapping[str, str], previous: Mapping[str, str]) -> dict[str, str]:
    key = surroundings.secret_key(os.environ, previous)
    https = os.environ.get("HTTPS") or "0"
    return {**urls, "SECRET_KEY": key, "DEMO": "1", "HTTPS": https}


def _announce(stage: Stage, seconds: float) -> None:
    _say(f"\n{stage.address}   (ready after {seconds:.1f} s; logs: {stage.instance.logs})\n")
    stage.manage("demo_college", "--accounts", quiet=False)
    _say("\nCtrl-C stops everything; the data stay for the next start.")


def _follow(command: Sequence[str], values: Mapping[str, str], crew: Crew | None) -> int:
    """Run the command in our own terminal and keep the services up meanwhile."""
    parent = os.getpid()
    process = subprocess.Popen(  # noqa: S603 -- the caller's command
        command,
        env=surroundings.with_ours(values),
        preexec_fn=lambda: children.follow_parent(signal.SIGTERM, parent),  # noqa: PLW1509 -- no threads here
    )
    try:
        while process.poll() is None:
            if crew:
                crew.tend(time.monotonic())
            time.sleep(TICK_SECONDS / 4)
    except signals.Stopped as stopped:
        signals.ignore()
        _end(process, signal.Signals(stopped.args[0]))
        raise
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def _end(process: subprocess.Popen[bytes], received: signal.Signals) -> None:
    """Stop the command; a Ctrl-C has reached it already, and a second would be rude."""
    if received != signal.SIGINT:
        process.terminate()
    for last_resort in (process.terminate, process.kill):
        try:
            process.wait(INTERRUPT_SECONDS)
        except subprocess.TimeoutExpired:
            last_resort()
    process.wait()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
