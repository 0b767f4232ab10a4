"""Thousands of damaged files: every one is read or refused, and none states what it does not.

That a row states its amount is judged by its own cells, digit by digit, without the reader's code.
"""

import io
import random
import re
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from payments.reconcile.files import sources
from payments.reconcile.files.row import Fault, FileRefused, FileRow, RowKind
from payments.reconcile.tests.files_made import (
    KINDS,
    Desk,
    Row,
    alipay,
    alipay_cells,
    as_csv,
    as_zip,
    entry,
    finance,
    order,
    row,
    statement,
    wechat,
    wechat_cells,
)

ROWS: list[Row] = [
    *statement(*(row(at, 实缴金额=f"{100 + at}.{at:02d}") for at in range(1, 31))),
    ["合计", "30", "", "", "", "3469.65", "", ""],
]
BODIES: dict[str, Callable[[], bytes]] = {
    **{kind: partial(write, ROWS) for kind, write in KINDS.items()},
    "zip of workbooks": lambda: as_zip({"一.xlsx": KINDS["xlsx"](ROWS), "二.csv": as_csv(ROWS)}),
    "finance": lambda: finance(*(entry(at, amount_fen=10_000 + at) for at in range(1, 20))),
    "wechat": lambda: wechat("ALL", *(wechat_cells(at, back=at % 5 == 0) for at in range(1, 20))),
    "alipay": lambda: alipay(*(alipay_cells(at, back=at % 5 == 0) for at in range(1, 20))),
}
NATIVE = {"xls", "xlsb", "xlsx", "zip of workbooks"}  # each reading starts a process
TIMES = {kind: 60 if kind in NATIVE else 300 for kind in BODIES}
JUNK = [
    b"\0", b"\xff", b'"', b",", b"\n", b"\r", b"`", b"<", b">", b"&", b"-", b".",
    b"0", b"9", b"E+18", b"#", "合计".encode(), b"\t",
]  # fmt: skip


def damaged(body: bytes, chance: random.Random) -> bytes:
    """One to four accidents: bytes changed, lost, doubled, put in, or the end cut off."""
    out = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(out) or 1)
        accident = chance.randrange(6)
        if accident == 0:
            out[at : at + 1] = bytes([chance.randrange(256)])
        elif accident == 1:
            del out[at : at + chance.randint(1, 40)]
        elif accident == 2:
            out[at:at] = out[at : at + chance.randint(1, 60)]
        elif accident in (3, 4):
            out[at:at] = chance.choice(JUNK)
        elif chance.random() < 0.2:
            del out[at:]
    return bytes(out)


def outcome(desk: Desk, body: bytes) -> list[FileRow | Fault]:
    """All rows of all tables; none when the file is refused. Anything else raised is a failure."""
    try:
        found = desk.readings(body)
    except FileRefused:
        return []
    for table, rows in found:
        assert table.summary.rows == len(rows)
        assert table.summary.faults == sum(isinstance(one, Fault) for one in rows)
        paid = sum(
            one.amount_fen
            for one in rows
            if isinstance(one, FileRow) and one.kind is RowKind.PAYMENT
        )
        assert table.summary.payments_fen == paid
    return [one for _, rows in found for one in rows]


@pytest.mark.parametrize("kind", BODIES)
def test_no_damaged_file_does_harm(desk: Desk, kind: str) -> None:
    body, chance = BODIES[kind](), random.Random(kind)  # noqa: S311 -- repeatable, not secret
    for _ in range(TIMES[kind]):
        for one in outcome(desk, damaged(body, chance)):
            assert stands_in(one)


def stands_in(one: FileRow | Fault) -> bool:
    """A row's number and amount are those of its own cells; a fault says what is wrong."""
    if isinstance(one, Fault):
        return all(problem.why and problem.remedy for problem in one.problems)
    numbers = {re.sub(r"[^0-9A-Za-z_\-|*]", "", cell) for cell in one.raw}
    yuan = f"{one.amount_fen // 100}.{one.amount_fen % 100:02d}"
    written = {yuan, yuan.rstrip("0").rstrip("."), yuan.removesuffix("0")}
    amounts = {re.sub(r"[^0-9.]", "", cell) for cell in one.raw}
    bare = {amount.lstrip("0") if not amount.startswith("0.") else amount for amount in amounts}
    return one.order_number in numbers and bool(written & (amounts | bare))


LINES = as_csv(ROWS).decode("utf-8-sig").split("\r\n")


def test_every_line_of_a_damaged_text_is_a_row_a_fault_or_no_money(desk: Desk) -> None:
    """Damage within one line leaves the others as they were, each at its place."""
    chance = random.Random(4)  # noqa: S311
    for _ in range(1500):
        at = chance.randrange(1, 31)
        line = damaged(LINES[at].encode(), chance).decode("utf-8", "replace")
        line = re.sub(r'[\r\n"\0]', "", line)
        text = "\r\n".join([*LINES[:at], line, *LINES[at + 1 :]])
        places = {one.place: one for one in outcome(desk, text.encode("utf-8-sig"))}
        others = [place for place in range(2, 32) if place != at + 1]
        assert all(places[place].order_number == order(place - 1) for place in others)
        # The damaged line itself: listed, or with nothing of a payment left in it.
        assert at + 1 in places or not re.search(r"\d", re.split("[:：]", line)[0])


@pytest.mark.parametrize("times", [200])
def test_no_damaged_large_workbook_does_harm(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    monkeypatch.setattr(sources, "LARGE", 0)
    body, chance = KINDS["xlsx"](ROWS), random.Random(5)  # noqa: S311
    for _ in range(times):
        assert all(stands_in(one) for one in outcome(desk, damaged(body, chance)))


def test_damage_inside_a_large_workbook_does_no_harm(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A zip's checksum catches what is above; here the XML itself is damaged."""
    monkeypatch.setattr(sources, "LARGE", 0)
    body, chance = KINDS["xlsx"](ROWS), random.Random(6)  # noqa: S311
    for _ in range(300):
        assert all(stands_in(one) for one in outcome(desk, inside(body, chance)))


def inside(book: bytes, chance: random.Random) -> bytes:
    """A workbook with one damaged part, packed again."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(out, "w") as after:
        chosen = chance.choice([*before.namelist(), *["xl/worksheets/sheet1.xml"] * 9])
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, damaged(content, chance) if name == chosen else content)
    return out.getvalue()
