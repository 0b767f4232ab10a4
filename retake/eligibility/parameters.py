"""Which rules are on, and their numbers: the pure side of ``retake.models.RuleSet``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """Switches and parameters of R2–R13 with the college's defaults.

    R1 (studied and still failing) and R14 (once per course and term) have no switch. A cap of
    None is "no limit"; ``absence_divisor`` 3 means a third of the hours, None switches R9 off.
    """

    makeup_first: bool = True
    practical_direct: bool = True
    study_first: bool = True
    electives_excluded: bool = True
    selection_hint: bool = True
    cap_default: int | None = 3
    cap_final_year: int | None = None
    cap_completed: int | None = None
    improve_passed: bool = False
    absence_divisor: int | None = 3
    attempt_limit: int | None = None
    clash_warning: bool = True
    arrears_block: bool = False
    period_block: bool = True
