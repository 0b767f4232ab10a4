"""Cases for the pure rules, small enough to read in a test."""

from datetime import date
from decimal import Decimal
from typing import Any

from credits.kinds import SourceKind, TargetKind, Treatment
from credits.rules import (
    Case,
    Finding,
    Holding,
    Past,
    Person,
    Price,
    Rules,
    Sitting,
    Source,
    Target,
    check,
    check_target,
)
from portal.records.kinds import (
    AttemptKind,
    CourseCategory,
    ResultFlag,
    Selection,
    Standing,
)

TODAY = date(2025, 4, 18)
TWO, ONE = Decimal(2), Decimal(1)
ARTICLE_SIX = "办法第六条规定不兑换。"
PRICES = (
    Price(TargetKind.PUBLIC, SourceKind.ELECTIVE, TWO, keeps_minimum=True, confirmed=True),
    Price(TargetKind.MAJOR_BASIC, SourceKind.EXTENSION, ONE, confirmed=True),
    Price(TargetKind.PE, SourceKind.CONTEST, ONE, confirmed=True),
    Price(TargetKind.PE, SourceKind.AWARD, ONE, confirmed=True),
    Price(TargetKind.MAJOR_EXTENSION, SourceKind.CONTEST, ONE, confirmed=True),
    Price(TargetKind.MAJOR_CORE, SourceKind.AWARD, ONE, second_approval=True, confirmed=True),
)
RULES = Rules(
    "测试规则",
    PRICES,
    codes={"M9": (Treatment.EXCLUDED, ARTICLE_SIX)},
    colleges={
        4: (Treatment.PE, ""),
        5: (Treatment.EXCLUDED, "马克思主义学院课程，办法第六条规定不兑换。"),
    },
    barred=frozenset({ResultFlag.CHEATING, ResultFlag.VIOLATION, ResultFlag.ABSENT}),
)
FAILED = Sitting(AttemptKind.REGULAR, "2023-2024-1", "42", ResultFlag.NONE, False)
FAILED_AGAIN = Sitting(AttemptKind.MAKEUP, "2023-2024-1", "51", ResultFlag.NONE, False)


def target(**changed: Any) -> Target:
    """高等数学, failed twice, four credits, public."""
    given: dict[str, Any] = {
        "course_id": 1,
        "code": "M1",
        "name": "高等数学（2-1）",
        "credit_hours": Decimal(4),
        "category": CourseCategory.PUBLIC_REQUIRED,
        "selection": Selection.NONE,
        "is_practical": False,
        "is_certificate": False,
        "is_excluded": False,
        "college_id": 3,
        "college": "通识教育学院",
        "sittings": (FAILED, FAILED_AGAIN),
        "in_progress": False,
        "deferred": False,
        "makeup_pending": False,
        "makeup_on": None,
    }
    return Target(**(given | changed))


def source(
    serial: int, hours: str = "2.0", kind: SourceKind = SourceKind.ELECTIVE, taken_by: str = ""
) -> Source:
    """A credit to give away."""
    return Source(
        f"course:{serial}", kind, f"选修 {serial}", Decimal(hours), "80", "2023-2024-1", taken_by
    )


def case(*sources: Source, **changed: Any) -> Case:
    """An application with what it needs, for ``target()`` unless told otherwise."""
    given: dict[str, Any] = {
        "person": Person(2022, Standing.ENROLLED, Decimal(140)),
        "target": target(),
        "holdings": (
            Holding(CourseCategory.PUBLIC_REQUIRED, Decimal(40), Decimal(44)),
            Holding(CourseCategory.GENERAL_ELECTIVE, Decimal(18), Decimal(8)),
            Holding(CourseCategory.MAJOR_EXTENSION, Decimal(12), Decimal(12)),
        ),
        "past": Past(),
        "today": TODAY,
        "attachments": 1,
    }
    return Case(**(given | changed), sources=sources)


def finding(code: str, found: tuple[Finding, ...]) -> Finding:
    """The finding of this code; fails when there is none."""
    return next(one for one in found if one.code == code)


def first_stop(given: Case, rules: Rules = RULES) -> str:
    """The code of the first finding that stops the target, empty when none does."""
    return next((one.code for one in check_target(given, rules) if one.stops), "")


def stopped(given: Case, rules: Rules = RULES) -> list[str]:
    """Codes of everything that stops the application."""
    return [one.code for one in check(given, rules) if one.stops]
