"""Reading grades: result words, pass or fail, effective result, grade points, credits earned.

Pure functions under a ``Policy``. Decimal throughout, ROUND_HALF_UP: Python's own
rounding turns 2.125 into 2.12. Passing is decided on the raw score, so 59.5 fails although it is
printed and pointed as 60.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from portal.lib.labels import Labelled
from portal.records.history import Attempt, CourseHistory
from portal.records.kinds import AttemptKind, CourseNature, ResultFlag

ZERO = Decimal(0)
FIFTY, TEN = Decimal(50), Decimal(10)

# Two-level and five-level words, with the scores they stand for.
FIVE_LEVELS: dict[str, int] = {
    "优秀": 95,
    "良好": 85,
    "中等": 75,
    "及格": 65,
    "不及格": 45,
    "合格": 65,
    "通过": 65,
    "已修": 65,
    "不合格": 55,
}
EXEMPT = "免修"
DEFERRED = "缓考"
NOTHING = "-"
UNTAKEN = frozenset({DEFERRED, NOTHING, "休学", "退学", "未选"})

# What colleges write besides, codes of other systems included.
SYNONYMS: dict[str, str] = {
    "优": "优秀", "良": "良好", "中": "中等", "及": "及格", "合": "合格", "": NOTHING, "—": NOTHING,
    "201": "优秀", "202": "良好", "203": "中等", "204": "及格", "205": "不及格", "206": DEFERRED,
    "207": "缺考", "208": "作弊", "209": EXEMPT, "210": "通过",
    "301": "违纪", "302": "违纪", "303": "违纪",
}  # fmt: skip
FLAG_WORDS: dict[str, ResultFlag] = {
    "缺考": ResultFlag.ABSENT,
    "旷考": ResultFlag.ABSENT,
    "无故缺考": ResultFlag.ABSENT,
    "违纪": ResultFlag.VIOLATION,
    "作弊": ResultFlag.CHEATING,
    "禁考": ResultFlag.BARRED,
    "取消": ResultFlag.BARRED,
    "取消考试资格": ResultFlag.BARRED,
}


class Effective(Labelled):
    """Which attempt counts."""

    HIGHEST = "highest", "最高成绩"
    LATEST = "latest", "最近成绩"


class Outcome(Labelled):
    """What one attempt came to."""

    PASSED = "passed", "及格"
    FAILED = "failed", "不及格"
    UNTAKEN = "untaken", "没有成绩"


@dataclass(frozen=True)
class Policy:
    """The rules grades recorded from ``valid_from`` on are read by."""

    valid_from: date = date.min
    pass_mark: Decimal = Decimal(60)
    makeup_cap: Decimal | None = Decimal(60)
    effective: Effective = Effective.HIGHEST
    levels: dict[str, Decimal] = field(
        default_factory=lambda: {word: Decimal(score) for word, score in FIVE_LEVELS.items()}
    )
    round_before_points: bool = True
    failed_in_gpa: bool = True


BUILT_IN = Policy()  # grades older than the first dated row are read by it


@dataclass(frozen=True)
class Result:
    """A grade as stored: a score, or a word, or a flag."""

    score: Decimal | None = None
    text: str = ""
    flag: ResultFlag = ResultFlag.NONE


def parse_result(written: str) -> Result:
    """Read a grade as colleges write it; ``ValueError`` when it is none of the known forms."""
    word = SYNONYMS.get(written.strip(), written.strip())
    if word in FLAG_WORDS:
        return Result(flag=FLAG_WORDS[word])
    if word in FIVE_LEVELS or word in UNTAKEN or word == EXEMPT:
        return Result(text=word)
    try:
        score = Decimal(word)
    except InvalidOperation as error:
        raise ValueError(written) from error
    if not score.is_finite() or not ZERO <= score <= 100 or score != score.quantize(Decimal("0.1")):
        raise ValueError(written)
    return Result(score=score)


def printed(result: Result) -> str:
    """As a transcript prints it: ``59.5``, ``42``, ``优秀``, ``缺考``."""
    if result.flag:
        return result.flag.label
    if result.text or result.score is None:
        return result.text
    return f"{result.score:f}".removesuffix(".0")


def policy_on(policies: Sequence[Policy], day: date) -> Policy:
    """The policy in force on ``day``; the built-in one before the first dated row."""
    started = [policy for policy in policies if policy.valid_from <= day]
    return max(started, key=lambda policy: policy.valid_from, default=BUILT_IN)


def outcome(result: Result, policy: Policy) -> Outcome:
    """Pass, fail, or nothing taken yet (缓考 and the like are no fail, a missing score is no 0)."""
    if result.flag:
        return Outcome.FAILED
    if result.text in UNTAKEN or (result.score is None and not result.text):
        return Outcome.UNTAKEN
    if result.text == EXEMPT:
        return Outcome.PASSED
    mark = result.score if result.score is not None else policy.levels[result.text]
    return Outcome.PASSED if mark >= policy.pass_mark else Outcome.FAILED


def mark(attempt: Attempt, policy: Policy) -> Decimal:
    """The score an attempt counts with: flags 0, words by the table, a passed 补考 capped."""
    if attempt.flag:
        return ZERO
    value = attempt.score if attempt.score is not None else policy.levels.get(attempt.result, ZERO)
    if attempt.kind is AttemptKind.MAKEUP and attempt.passed and policy.makeup_cap is not None:
        return min(value, policy.makeup_cap)
    return value


def effective(attempts: Iterable[Attempt], policy: Policy) -> Attempt | None:
    """The attempt that counts; of equal best ones the earliest. None without attempts."""
    ordered = sorted(attempts, key=lambda attempt: attempt.recorded_on)
    if not ordered:
        return None
    if policy.effective is Effective.LATEST:
        return ordered[-1]
    return max(ordered, key=lambda attempt: (attempt.passed, mark(attempt, policy)))


def grade_points(value: Decimal, policy: Policy) -> Decimal:
    """``(score - 50) / 10`` from the pass mark on, 0 below it."""
    if value < policy.pass_mark:
        return ZERO
    if policy.round_before_points:
        value = value.quantize(Decimal(1), ROUND_HALF_UP)
    return (value - FIFTY) / TEN


def gpa(courses: Iterable[CourseHistory], policy: Policy) -> Decimal | None:
    """Average grade points by credit, two decimals; None when no credits count.

    Exempted and exchanged courses are neutral; failed ones stand in the denominator unless the
    policy says otherwise.
    """
    credit_hours = weighted = ZERO
    for course in courses:
        counted = effective(course.attempts, policy)
        if counted is None or not _counts(counted, policy):
            continue
        credit_hours += course.credit_hours
        weighted += course.credit_hours * grade_points(mark(counted, policy), policy)
    if credit_hours == ZERO:
        return None
    return (weighted / credit_hours).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _counts(attempt: Attempt, policy: Policy) -> bool:
    if attempt.kind in (AttemptKind.EXCHANGE, AttemptKind.EXEMPTION) or attempt.result == EXEMPT:
        return False
    return attempt.passed or policy.failed_in_gpa


def term_gpa(courses: Iterable[CourseHistory], policy: Policy) -> dict[str, Decimal | None]:
    """GPA per term, each course under the term it was first taken in."""
    by_term: dict[str, list[CourseHistory]] = defaultdict(list)
    for course in courses:
        if course.attempts:
            by_term[course.attempts[0].term].append(course)
    return {term: gpa(taken, policy) for term, taken in sorted(by_term.items())}


def earned_credits(courses: Iterable[CourseHistory]) -> dict[CourseNature, Decimal]:
    """Credits of passed courses by nature; every nature has an entry."""
    earned = dict.fromkeys(CourseNature, ZERO)
    for course in courses:
        if course.passed:
            earned[course.nature] += course.credit_hours
    return earned
