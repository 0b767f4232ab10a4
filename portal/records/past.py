"""The record as it stood on a day of an earlier term: what came later is left out."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from portal.lib.prepared import Row
from portal.records import rows
from portal.records.kinds import Standing
from portal.records.models import StandingChange

Moves = list[tuple[date, str]]  # oldest first


def rows_on(student_ids: Collection[int], term: str, day: date) -> list[Row]:
    """The rows of ``rows.students`` without what came after ``day`` of ``term``. Two statements.

    Students who had not begun are left out. Arrears keep no history: they are today's.
    """
    begun = [row for row in rows.students(student_ids, day) if row["grade_year"] <= int(term[:4])]
    moves = _moves([row["id"] for row in begun])
    return [_rewound(row, moves[row["id"]], term, day) for row in begun]


def _moves(student_ids: list[int]) -> dict[int, Moves]:
    found: dict[int, Moves] = defaultdict(list)
    changes = StandingChange.objects.filter(student__in=student_ids).order_by("changed_on", "id")
    for student_id, on, standing in changes.values_list("student_id", "changed_on", "standing"):
        found[student_id].append((on, standing))
    return found


def _rewound(row: Row, moves: Moves, term: str, day: date) -> Row:
    """补考 of the term itself are arranged after it."""
    return row | {
        "current_term": term,
        "standing": standing_on(
            row["standing"], moves, row["grade_year"] + row["length_years"], day
        ),
        "timetable": [line for line in row["timetable"] if line["term_code"] <= term],
        "sittings": [line for line in row["sittings"] if line["term_code"] < term],
    }


def standing_on(standing: str, moves: Moves, ends_in: int, day: date) -> str:
    """The standing on ``day``; ``ends_in`` is the year in which the 学制 ends.

    A 毕业 or 结业 without a recorded change happened at the end of the 学制.
    """
    earlier = [led_to for on, led_to in moves if on <= day]
    if len(earlier) < len(moves):
        return earlier[-1] if earlier else Standing.ENROLLED.value
    ended = standing in (Standing.GRADUATED, Standing.COMPLETED_NO_DIPLOMA)
    if not moves and ended and day < date(ends_in, 6, 30):
        return Standing.ENROLLED.value
    return standing
