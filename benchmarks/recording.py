"""What a request asked of the database, in a form that can be asked again without Django."""

import pickle
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FLOW_HEADER = "X-Flow"
ORDER_NUMBER = re.compile(r"[A-Z]+\d{20,}")
# Behind what portal.lib.origin says of who writes.
ANSWERED_WITH_IDS = re.compile(
    r"(?:SELECT set_config\(.*?, true\); )?\s*(?:INSERT|WITH|SELECT nextval)", re.IGNORECASE
)


@dataclass(frozen=True)
class Statement:
    """``begins`` opens a transaction, ``inside`` is in one; ``rows`` only where ids came back.

    ``prepared`` is how the server was told, once a connection, what the statement names.
    """

    sql: str
    params: Any
    begins: bool
    inside: bool
    rows: tuple[tuple[Any, ...], ...]
    prepared: str = ""


@dataclass(frozen=True)
class Request:
    """One request; ``flow`` is the student, empty when the cashier called."""

    flow: str
    started: float
    path: str
    statements: tuple[Statement, ...]

    @property
    def order_numbers(self) -> frozenset[str]:
        """The orders that its address or its statements name."""
        texts = [self.path]
        for statement in self.statements:
            texts += [value for value in _flat(statement.params) if isinstance(value, str)]
        return frozenset(number for text in texts for number in ORDER_NUMBER.findall(text))


def append(path: Path, request: Request) -> None:
    """Add a request to the file of this thread."""
    with path.open("ab") as file:
        pickle.dump(request, file)


def flows(folder: Path) -> list[list[Request]]:
    """The recorded requests by student, in time; callbacks with the student they are about."""
    requests = sorted(_load(folder), key=lambda request: request.started)
    owners: dict[str, str] = {}
    for request in requests:
        if request.flow:
            owners |= dict.fromkeys(request.order_numbers, request.flow)
    found: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        named = [owners[number] for number in request.order_numbers if number in owners]
        flow = request.flow or next(iter(named), "")
        if flow:
            found[flow].append(request)
    return list(found.values())


def _load(folder: Path) -> Iterator[Request]:
    for path in sorted(folder.iterdir()):
        with path.open("rb") as file:
            while file.peek(1):
                yield pickle.load(file)  # noqa: S301 -- our own files of a minute ago


def _flat(value: Any) -> Iterable[Any]:
    if isinstance(value, list | tuple | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _flat(one)
    else:
        yield value
