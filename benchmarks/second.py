"""What a second web process adds, and who worked for it.

Both webs stand side by side on ports of their own and are asked in turn, so that the machine is
equally busy for each. Whoever asks shares the machine with them: what he takes is told, and what
two processes of this machine can do at all.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks import processor
from benchmarks.asking import Asked, ask
from benchmarks.figures import tell
from benchmarks.looking import Looking
from benchmarks.people import username
from benchmarks.servers import Place, processes, running
from portal.demo.supervisor.children import Child, Program
from portal.demo.supervisor.instance import Instance
from portal.lib import ports

RATIO_AIM = 1.7
TURNS, SECONDS, AT_ONCE = 3, 4.0, 12
RENDERED = "/verify/"  # a whole page without a statement
BUSY = "/retake/"  # the page of the opening minute
SPIN = """
import time
until, times = time.perf_counter() + 2, 0
while time.perf_counter() < until:
    times += sum(range(1000)) > 0
print(times)
"""


@dataclass(frozen=True)
class Turn:
    """One page asked for from one web; ``web`` and ``server`` are their processor seconds."""

    asked: Asked
    web: float
    server: float

    @property
    def each(self) -> Mapping[str, float]:
        """Processor seconds an answer, by who worked."""
        works = {"asking": self.asked.worked, "web": self.web, "postgresql": self.server}
        return {who: seconds / self.asked.answers for who, seconds in works.items()}


def measure(instance: Instance, where: Place, url: str) -> Iterator[str]:
    """Print what one and two web processes answer; yields what is less than hoped for."""
    spun = [_spin(number) for number in (1, 2)]
    tell("growth: two processes without a web, this machine", spun[1], "loops/2 s", spun[0])
    webs = [_web(instance, where, url, workers) for workers in (1, 2)]
    with running(instance, [web for _, web in webs]) as crew:
        both = [(portal, child) for (portal, _), child in zip(webs, crew.children, strict=True)]
        cookies = Looking.signed_in(both[0][0], username(0)).cookies
        for path, known in ((RENDERED, {}), (BUSY, cookies)):
            turns = [[_turn(*web, url, path, known) for web in both] for _ in range(TURNS)]
            ratio = _tell(path, *zip(*turns, strict=True))
            hoped = RATIO_AIM * min(1, spun[1] / spun[0] / 2)
            if path == RENDERED and ratio < hoped:
                yield f"a second web process adds {ratio:.2f}, not {hoped:.2f}, to {path}"


def _web(instance: Instance, where: Place, url: str, workers: int) -> tuple[str, Program]:
    """The address and the program of a web with so many processes."""
    stage = replace(where.stage, port=ports.choose())
    web = replace(where, stage=stage).web_of(workers, {**where.env, "DATABASE_URL": url})
    name = f"web-of-{workers}"
    return stage.address, replace(web, name=name, log=instance.fresh_log(name))


def _turn(portal: str, child: Child, url: str, path: str, cookies: Mapping[str, str]) -> Turn:
    ask(portal, path, cookies, AT_ONCE, SECONDS / 4)  # warms
    web, server = processor.of_all(processes(child)), processor.of_server(url)
    asked = ask(portal, path, cookies, AT_ONCE, SECONDS)
    return Turn(
        asked,
        processor.of_all(processes(child)) - web,
        processor.of_server(url) - server,
    )


def _tell(path: str, ones: Sequence[Turn], twos: Sequence[Turn]) -> float:
    """Print the least disturbed turn of each; returns what two processes answer of one's."""
    one, two = (max(turns, key=lambda turn: turn.asked.rate) for turns in (ones, twos))
    tell(f"growth: {path} from two web processes", two.asked.rate, "pages/s", one.asked.rate)
    for who, seconds in two.each.items():
        tell(f"growth: {path}, processor of {who}", seconds * 1000, "ms", two.each["web"] * 1000)
    # One process keeps one core; two share all cores with those who work for them.
    most = min(2.0, processor.cores() * two.each["web"] / sum(two.each.values()))
    tell(f"growth: {path}, most two could answer here", most, "times", 2.0)
    return two.asked.rate / one.asked.rate


def _spin(processes: int) -> int:
    """What so many processes that need nothing but a core count to in two seconds."""
    command = [sys.executable, "-c", SPIN]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- our own words
        for _ in range(processes)
    ]
    return sum(int(one.communicate()[0]) for one in started)
