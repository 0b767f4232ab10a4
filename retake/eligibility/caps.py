"""R7: how many courses a term, by cohort and standing."""

from dataclasses import dataclass

from portal.records.history import StudentFacts
from portal.records.kinds import Standing
from retake.eligibility.parameters import Rules


@dataclass(frozen=True)
class Cap:
    """``limit`` None is no limit; ``who`` is the cohort in the college's words."""

    limit: int | None
    who: str

    @property
    def sentence(self) -> str:
        """``2023 级本学期最多 3 门`` or ``2022 级毕业年级本学期不限门数``."""
        amount = "不限门数" if self.limit is None else f"最多 {self.limit} 门"
        return f"{self.who}本学期{amount}"


def cap_of(student: StudentFacts, term: str, rules: Rules) -> Cap:
    """The cap of this student in ``term`` (spring 2025 notice of the college).

    The final year follows the student's own grade year and 学制, never his number: after 休学 a
    student numbered 2022 may belong to 2023. Who stays longer is still in his final year.
    """
    if student.standing is Standing.COMPLETED_NO_DIPLOMA:
        return Cap(rules.cap_completed, "结业生")
    if is_final_year(student, term):
        return Cap(rules.cap_final_year, f"{student.grade_year} 级毕业年级")
    return Cap(rules.cap_default, f"{student.grade_year} 级")


def is_final_year(student: StudentFacts, term: str) -> bool:
    """Tell whether ``term`` (2024-2025-2) ends the student's 学制 or lies beyond it."""
    ends_in = int(term.split("-")[1])
    return ends_in >= student.grade_year + student.length_years
