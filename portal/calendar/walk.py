"""Counting working days over known days; pure."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

SATURDAY = 5
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class KnownDay:
    """What somebody decided about a day; ``note`` says why (国庆节)."""

    is_workday: bool
    note: str


@dataclass(frozen=True)
class WorkingDayResult:
    """Where a count of working days ends.

    ``counted`` are the working days themselves, ``notes`` the days that were not what their
    weekday says (``10月1日 国庆节``). ``provisional`` is True when a day was decided by the weekend
    rule in a year without official data: the date may move and staff are told.
    """

    date: dt.date
    provisional: bool
    counted: tuple[dt.date, ...]
    notes: tuple[str, ...]


def count_working_days(
    start: dt.date, number: int, known: Mapping[dt.date, KnownDay], official_years: Collection[int]
) -> WorkingDayResult:
    """Walk ``number`` working days on; the day after ``start`` is the first that may count."""
    if number < 0:
        raise ValueError(number)
    counted: list[dt.date] = []
    notes: list[str] = []
    day, provisional = start, False
    while len(counted) < number:
        day += ONE_DAY
        decided = known.get(day)
        by_weekday = day.weekday() < SATURDAY
        works = by_weekday if decided is None else decided.is_workday
        provisional |= decided is None and day.year not in official_years
        if decided is not None and works != by_weekday:
            notes.append(_note(day, decided))
        if works:
            counted.append(day)
    return WorkingDayResult(day, provisional, tuple(counted), tuple(notes))


def _note(day: dt.date, decided: KnownDay) -> str:
    return f"{day.month}月{day.day}日 {decided.note or ('上班' if decided.is_workday else '放假')}"
