"""日结: a month of days per channel."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from payments.reconcile.selectors.days import Day, days
from payments.reconcile.wording import who
from payments.wording import CHANNELS
from portal.lib.moments import WEEKDAYS
from portal.lib.status import Status, Tone

SEALED = Status(Tone.DONE, "check", "已封存")
BROKEN = Status(Tone.STOP, "warn", "封存后有变动")
READY = Status(Tone.TODO, "pen", "可以封存")
OFF = Status(Tone.STOP, "warn", "有差异")
UNEVEN = Status(Tone.WAIT, "pen", "两边不等")
UNSTATED = Status(Tone.WAIT, "hour", "等账单")
RUNNING = Status(Tone.IDLE, "clock", "当天还没过完")
EMPTY = Status(Tone.IDLE, "idle", "没有收款")
LEGEND = (READY, SEALED, OFF, UNEVEN, UNSTATED, BROKEN)
WORST = (
    BROKEN,
    OFF,
    UNEVEN,
    UNSTATED,
    READY,
    RUNNING,
    SEALED,
    EMPTY,
)  # what a day of several shows


@dataclass(frozen=True)
class DayLine:
    """One channel's day in the list; amounts in fen."""

    channel: str
    channel_name: str
    day: date
    status: Status
    ours_count: int
    ours_fen: int
    theirs_known: bool
    theirs_count: int
    theirs_fen: int
    difference_fen: int
    unexplained_fen: int  # without refunds that the other side has on another day
    open_differences: int
    sealed_by: str
    sealed_at: datetime | None
    seen: str  # goes with whoever seals what this line shows
    href: str


@dataclass(frozen=True)
class Cell:
    """One field of the calendar; without a day it is before the first."""

    day: date | None
    status: Status | None


@dataclass(frozen=True)
class Month:
    """What the page shows."""

    month: str
    month_name: str
    heading: str
    earlier: str
    later: str
    rows: tuple[DayLine, ...]
    cells: tuple[Cell, ...]
    ready: int
    empty: tuple[DayLine, ...]  # past days without money and without a statement
    empty_days: int
    weekdays: str = WEEKDAYS
    legend: tuple[Status, ...] = LEGEND


def month_of(text: str, today: date) -> date:
    """The first day of ``2025-04``; of this month for anything else or a month to come."""
    try:
        first = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 -- a month has no zone
    except ValueError:
        return today.replace(day=1)
    return first if date(2000, 1, 1) <= first <= today else today.replace(day=1)


def month(first: date, now: datetime) -> Month:
    """The days of a month that have passed, newest first; days without money are left out."""
    today = timezone.localdate(now)
    length = monthrange(first.year, first.month)[1]
    last = min(first.replace(day=length), today)
    found = [line(day, today) for day in days(list(settings.GATEWAYS), first, last, now)]
    rows = tuple(sorted((one for one in found if one.status != EMPTY), key=_newest))
    empty = tuple(one for one in found if one.status == EMPTY and one.day < today)
    after = first.replace(day=length) + timedelta(days=1)
    return Month(
        month=f"{first:%Y-%m}",
        month_name=f"{first.year}年{first.month}月",
        heading=_heading(rows),
        earlier=f"{first - timedelta(days=1):%Y-%m}",
        later=f"{after:%Y-%m}" if after <= today else "",
        rows=rows,
        cells=_cells(first, length, (*rows, *empty)),
        ready=_count(rows, READY),
        empty=empty,
        empty_days=_count(empty, EMPTY),
    )


def ready_days(first: date, now: datetime) -> list[DayLine]:
    """The days of a month that can be sealed as they are, oldest first."""
    return [row for row in reversed(month(first, now).rows) if row.status == READY]


def empty_days(first: date, now: datetime) -> list[DayLine]:
    """The past days of a month without money and without a statement, oldest first."""
    return list(month(first, now).empty)


def line(found: Day, today: date) -> DayLine:
    """One day as a line."""
    close = found.close
    return DayLine(
        channel=found.channel,
        channel_name=CHANNELS.get(found.channel, found.channel),
        day=found.day,
        status=status_of(found, today),
        ours_count=found.ours_count,
        ours_fen=found.ours_fen,
        theirs_known=found.has_statement,
        theirs_count=found.theirs_count,
        theirs_fen=found.theirs_fen,
        difference_fen=found.difference_fen,
        unexplained_fen=found.unexplained_fen,
        open_differences=found.open_differences,
        sealed_by=who(close.sealed_by) if close else "",
        sealed_at=close.sealed_at if close else None,
        seen=found.content,
        href=reverse("reconcile:day", args=[found.channel, found.day]),
    )


def status_of(found: Day, today: date) -> Status:
    """Where a day stands."""
    if found.close is not None:
        return BROKEN if found.changed else SEALED
    if found.day >= today:
        return RUNNING if found.ours_count else EMPTY
    if not found.has_statement:
        return UNSTATED if found.ours_count else EMPTY
    if found.open_differences:
        return OFF
    return UNEVEN if found.unexplained_fen else READY


def _count(rows: Sequence[DayLine], *wanted: Status) -> int:
    """Days of the calendar, of however many channels."""
    return len({row.day for row in rows if row.status in wanted})


def _newest(row: DayLine) -> tuple[int, str]:
    return -row.day.toordinal(), row.channel


def _heading(rows: tuple[DayLine, ...]) -> str:
    broken, ready = _count(rows, BROKEN), _count(rows, READY)
    off = _count(rows, OFF, UNEVEN, UNSTATED)
    if broken:
        return f"{broken} 天封存后有变动"
    if ready:
        return f"{ready} 天可以封存"
    if off:
        return f"{off} 天还没有对平"
    if not rows:
        return "没有要日结的"
    running = sum(row.status == RUNNING for row in rows)
    if running == len(rows):
        return "过了今天才能封存"
    return "今天以前的都已封存" if running else "都已封存"


def _cells(first: date, length: int, rows: tuple[DayLine, ...]) -> tuple[Cell, ...]:
    of_day: dict[date, list[Status]] = {}
    for row in rows:
        of_day.setdefault(row.day, []).append(row.status)
    lead = [Cell(None, None)] * first.weekday()
    dates = [first + timedelta(days=offset) for offset in range(length)]
    return (*lead, *(Cell(day, _worst(of_day.get(day, []))) for day in dates))


def _worst(found: list[Status]) -> Status | None:
    return min(found, key=WORST.index, default=None)
