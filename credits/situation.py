"""Everything a student's applications are judged by, and the case of one application from it.

Pure. ``claims`` are the credits other applications hold or have used, by their reference.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from credits.kinds import SPENT_FROM, SourceKind
from credits.rules import Case, Holding, Past, Person, Rules, Sitting, Source, Target
from credits.rules.facts import ZERO
from credits.states import COUNTED, ApplicationState
from portal.records.history import CourseHistory, StudentFacts
from portal.records.kinds import AttemptKind, CourseCategory, CourseNature, OtherCreditKind

_OTHER_KINDS: dict[OtherCreditKind, SourceKind] = {
    OtherCreditKind.CO_CURRICULAR: SourceKind.CO_CURRICULAR,
    OtherCreditKind.CONTEST: SourceKind.CONTEST,
    OtherCreditKind.CERTIFICATE: SourceKind.AWARD,
}


@dataclass(frozen=True)
class Other:
    """Credit earned outside courses."""

    other_id: int
    kind: OtherCreditKind
    title: str
    credit_hours: Decimal
    earned_on: str


@dataclass(frozen=True)
class Claim:
    """Credits of one source that one application holds or has used."""

    reference: str
    key: str  # of the source
    credit_hours: Decimal


@dataclass(frozen=True)
class Earlier:
    """Another application of the student."""

    pk: int
    number: str
    target_id: int
    title: str
    credit_hours: Decimal
    term: str
    state: ApplicationState

    @property
    def reference(self) -> str:
        return f"credits:{self.pk}"


@dataclass(frozen=True)
class Situation:
    """One student: his record, his other credits, his plan, his ledger and his applications."""

    facts: StudentFacts
    courses: tuple[CourseHistory, ...]
    others: tuple[Other, ...]
    needed: dict[CourseCategory, Decimal]
    claims: tuple[Claim, ...]
    earlier: tuple[Earlier, ...]
    rules: Rules
    rule_set_id: int | None
    term_id: int | None
    term: str  # the current one, 2024-2025-2
    newest_attempt: int
    today: date

    def course(self, course_id: int) -> CourseHistory | None:
        """One course of the student."""
        return next((one for one in self.courses if one.course_id == course_id), None)

    def application_about(self, course_id: int) -> Earlier | None:
        """The newest application about a course that is not over."""
        return next((one for one in self.earlier if one.target_id == course_id), None)


def case_of(
    situation: Situation,
    course: CourseHistory,
    keys: Collection[str] = (),
    *,
    attachments: int = 0,
    accepts_shortfall: bool = False,
    but: int | None = None,
) -> Case:
    """The case of an application about ``course``; ``but`` is the application itself.

    Keys the student does not own are left out: the caller refuses them by name.
    """
    wanted = set(keys)
    offered = sources_of(situation, but=but)
    return Case(
        person=_person(situation),
        target=_target(course, situation.today),
        holdings=_holdings(situation, but),
        past=_past(situation, course.course_id, but, offered),
        today=situation.today,
        sources=tuple(one for one in offered if one.key in wanted),
        attachments=attachments,
        accepts_shortfall=accepts_shortfall,
    )


def sources_of(situation: Situation, *, but: int | None = None) -> tuple[Source, ...]:
    """Every credit the student has earned that some rule might take, taken ones included.

    Kind by kind, the oldest first.
    """
    taken = _taken(situation, but)
    found = [_of_course(one, taken) for one in situation.courses if _kind(one) and _earned(one)]
    found += [_of_other(one, taken) for one in situation.others]
    return tuple(sorted((one for one in found if one.credit_hours), key=_age))


def _age(source: Source) -> tuple[str, str, str]:
    return source.kind, source.earned, source.key


def _kind(course: CourseHistory) -> SourceKind | None:
    """通识选修, 专业拓展 (outside the plan too, manual's last note), certificates; else nothing."""
    if course.is_certificate or course.category is CourseCategory.CERTIFICATE:
        return SourceKind.LEVEL_CERTIFICATE
    if course.category is CourseCategory.GENERAL_ELECTIVE:
        return SourceKind.ELECTIVE
    off_plan = course.category is CourseCategory.OFF_PLAN
    extension = off_plan and course.nature is CourseNature.MAJOR_EXTENSION
    if course.category is CourseCategory.MAJOR_EXTENSION or extension:
        return SourceKind.EXTENSION
    return None


def _earned(course: CourseHistory) -> bool:
    """Passed by the student's own work: credit had by exchange is not given away again."""
    return any(one.passed and one.kind is not AttemptKind.EXCHANGE for one in course.attempts)


def _of_course(course: CourseHistory, taken: dict[str, str]) -> Source:
    kind = _kind(course)
    assert kind is not None  # noqa: S101 -- the caller has looked
    passed = [one for one in course.attempts if one.passed]
    key = f"course:{course.course_id}"
    return Source(
        key=key,
        kind=kind,
        title=course.name,
        credit_hours=course.credit_hours,
        result=passed[-1].result,
        earned=passed[-1].term,
        taken_by=taken.get(key, ""),
    )


def _of_other(other: Other, taken: dict[str, str]) -> Source:
    key = f"other:{other.other_id}"
    return Source(
        key=key,
        kind=_OTHER_KINDS[other.kind],
        title=other.title,
        credit_hours=other.credit_hours,
        result="",
        earned=other.earned_on,
        taken_by=taken.get(key, ""),
    )


def _taken(situation: Situation, but: int | None) -> dict[str, str]:
    """Source key -> the course it is given for."""
    names = {one.reference: one.title for one in situation.earlier}
    return {one.key: names.get(one.reference, "另一份申请") for one in _claims(situation, but)}


def _claims(situation: Situation, but: int | None) -> Iterable[Claim]:
    own = f"credits:{but}"
    return (one for one in situation.claims if one.reference != own)


def _person(situation: Situation) -> Person:
    return Person(
        grade_year=situation.facts.grade_year,
        standing=situation.facts.standing,
        plan_hours=sum(situation.needed.values(), ZERO),
    )


def _target(course: CourseHistory, today: date) -> Target:
    pending = course.makeup is not None and course.makeup.is_pending(today)
    return Target(
        course_id=course.course_id,
        code=course.code,
        name=course.name,
        credit_hours=course.credit_hours,
        category=course.category,
        selection=course.selection,
        is_practical=course.is_practical,
        is_certificate=course.is_certificate,
        is_excluded=course.exchange_excluded,
        college_id=course.offering_college_id,
        college=course.offering_college,
        sittings=tuple(
            Sitting(one.kind, one.term, one.result, one.flag, one.passed) for one in course.attempts
        ),
        in_progress=course.in_progress,
        deferred=course.deferred_pending,
        makeup_pending=pending,
        makeup_on=course.makeup.sits_on if pending and course.makeup else None,
    )


def _holdings(situation: Situation, but: int | None) -> tuple[Holding, ...]:
    """Earned credits of every category the plan asks for, without what was given away."""
    given = {one.key for one in _claims(situation, but)}
    earned = dict.fromkeys(situation.needed, ZERO)
    for course in situation.courses:
        category = _category(course)
        if category in earned and course.passed and f"course:{course.course_id}" not in given:
            earned[category] += course.credit_hours
    return tuple(
        Holding(category, earned[category], needed) for category, needed in situation.needed.items()
    )


def _category(course: CourseHistory) -> CourseCategory:
    """By the plan; extension courses outside it count for its extension credits."""
    kind = _kind(course)
    return course.category if kind is None else SPENT_FROM[kind]


def _past(situation: Situation, target_id: int, but: int | None, offered: Sequence[Source]) -> Past:
    others = [one for one in situation.earlier if one.pk != but and one.state in COUNTED]
    about = next((one for one in others if one.target_id == target_id), None)
    kinds = {one.key: one.kind for one in offered}
    spent: dict[SourceKind, Decimal] = {}
    for claim in _claims(situation, but):
        kind = kinds.get(claim.key)
        if kind is not None:
            spent[kind] = spent.get(kind, ZERO) + claim.credit_hours
    now = [one.credit_hours for one in others if one.term == situation.term]
    return Past(
        this_term=sum(now, ZERO),
        ever=sum((one.credit_hours for one in others), ZERO),
        spent=tuple(sorted(spent.items())),
        standing=f"{about.number}，{about.state.label}" if about else "",
    )
