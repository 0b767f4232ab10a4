"""The demo's terms: its time stands still in 2024-2025-2, whatever today is."""

from dataclasses import dataclass
from datetime import date, timedelta

FIRST_YEAR = 2017


@dataclass(frozen=True)
class DemoTerm:
    """A term with the days its grades are recorded on."""

    index: int
    code: str
    starts_on: date
    ends_on: date

    @property
    def exams_on(self) -> date:
        return self.ends_on - timedelta(days=5)

    @property
    def makeups_on(self) -> date:
        """补考 stand at the start of the next term."""
        return self.ends_on + timedelta(days=42 if self.code.endswith("1") else 65)


def _term(index: int) -> DemoTerm:
    year, second = FIRST_YEAR + index // 2, index % 2
    if second:
        days = date(year + 1, 2, 17), date(year + 1, 7, 6)
    else:
        days = date(year, 9, 1), date(year + 1, 1, 12)
    return DemoTerm(index, f"{year}-{year + 1}-{second + 1}", *days)


TERMS: tuple[DemoTerm, ...] = tuple(_term(index) for index in range(16))
CURRENT = TERMS[-1]  # 2024-2025-2


def index_of(grade_year: int, term_number: int) -> int:
    """Where a plan's term number falls for a grade year."""
    return (grade_year - FIRST_YEAR) * 2 + term_number - 1
