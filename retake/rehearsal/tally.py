"""The lines of a rehearsal, counted (pure)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from retake.rehearsal.lines import Line, Seat
from retake.rehearsal.words import REASONS, Fee, Place

SHOWN = 50  # flips on the page; the spreadsheet has all


@dataclass(frozen=True)
class ReasonCount:
    """One reason: how many courses and students it keeps out."""

    rule: str
    label: str
    courses: int
    students: int


@dataclass(frozen=True)
class Income:
    """Courses that are in, by who pays what; ``fen`` is their fees, ``label`` what is counted."""

    label: str
    courses: int
    charged: int
    veteran: int
    free: int
    fen: int


@dataclass(frozen=True)
class Flip:
    """One course that one of the two plans lets in and the other does not."""

    number: str
    name: str
    course: str
    gained: bool
    fact: str  # of the plan that does not let it in


@dataclass(frozen=True)
class Summary:
    """Everything the page shows. Numbers of courses count one course of one student.

    ``low_fen`` and ``high_fen`` are the fees if capped students chose their cheapest or dearest
    courses; the incomes take them in the order of the choice page.
    """

    students: int
    students_in: int
    places: dict[str, int]
    total: Income
    low_fen: int
    high_fen: int
    reasons: tuple[ReasonCount, ...]
    colleges: tuple[Income, ...]
    courses: tuple[Income, ...]
    before_in: int
    before_fen: int
    gained: int
    lost: int
    flipping: int  # students
    flips: tuple[Flip, ...]

    @property
    def students_out(self) -> int:
        """Students none of whose courses is in."""
        return self.students - self.students_in


def summarize(lines: Sequence[Line]) -> Summary:
    """Count all lines of one rehearsal."""
    own = _grouped(lines, lambda line: line.number)
    seated = [line for line in lines if line.seat.place is Place.IN]
    flips = [line for line in lines if line.gained or line.lost]
    was = [line.before for line in lines if line.before and line.before.place is Place.IN]
    spans = [_span([line.seat for line in some]) for some in own.values()]
    return Summary(
        students=len(own),
        students_in=len({line.number for line in seated}),
        places={place.value: sum(one.seat.place is place for one in lines) for place in Place},
        total=_income("合计", seated),
        low_fen=sum(low for low, _ in spans),
        high_fen=sum(high for _, high in spans),
        reasons=_reasons(lines),
        colleges=_incomes(seated, lambda line: line.offering),
        courses=_incomes(seated, lambda line: f"{line.offering}\t{line.course}（{line.code}）"),
        before_in=len(was),
        before_fen=sum(seat.fee_fen for seat in was),
        gained=sum(line.gained for line in flips),
        lost=sum(line.lost for line in flips),
        flipping=len({line.number for line in flips}),
        flips=tuple(_flip(line) for line in flips[:SHOWN]),
    )


def to_json(summary: Summary) -> dict[str, Any]:
    """Plain values."""
    return asdict(summary)


def from_json(data: Mapping[str, Any]) -> Summary:
    """What ``to_json`` wrote."""
    return Summary(
        **{
            **data,
            "total": Income(**data["total"]),
            "reasons": tuple(ReasonCount(**one) for one in data["reasons"]),
            "colleges": tuple(Income(**one) for one in data["colleges"]),
            "courses": tuple(Income(**one) for one in data["courses"]),
            "flips": tuple(Flip(**one) for one in data["flips"]),
        }
    )


def _grouped(lines: Iterable[Line], key: Any) -> dict[Any, list[Line]]:
    found: dict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    return found


def _span(seats: Sequence[Seat]) -> tuple[int, int]:
    """The lowest and the highest sum one student may come to."""
    fees = sorted(seat.fee_fen for seat in seats if seat.place is not Place.OUT)
    number = sum(seat.place is Place.IN for seat in seats)
    return sum(fees[:number]), sum(fees[len(fees) - number :])


def _reasons(lines: Sequence[Line]) -> tuple[ReasonCount, ...]:
    out = [line for line in lines if line.seat.place is not Place.IN]
    found = _grouped(out, lambda line: (line.seat.rule, line.seat.code))
    counted = [
        ReasonCount(rule, REASONS[code], len(some), len({line.number for line in some}))
        for (rule, code), some in found.items()
    ]
    return tuple(sorted(counted, key=lambda one: (int(one.rule[1:]), -one.courses, one.label)))


def _incomes(seated: Sequence[Line], key: Any) -> tuple[Income, ...]:
    found = _grouped(seated, key)
    return tuple(_income(label, found[label]) for label in sorted(found))


def _income(label: str, lines: Sequence[Line]) -> Income:
    fees = [line.seat.fee for line in lines]
    return Income(
        label=label,
        courses=len(lines),
        charged=fees.count(Fee.CHARGED),
        veteran=fees.count(Fee.VETERAN),
        free=fees.count(Fee.FREE),
        fen=sum(line.seat.fee_fen for line in lines),
    )


def _flip(line: Line) -> Flip:
    assert line.before is not None  # noqa: S101 -- only compared lines flip
    refusing = line.before if line.gained else line.seat
    return Flip(line.number, line.name, line.course, line.gained, refusing.fact)
