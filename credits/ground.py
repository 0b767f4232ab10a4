"""The cases of one student's applications, made from his situation. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from credits.earned import category_of, sources_of
from credits.kinds import SourceKind
from credits.rules import Case, Holding, Past, Person, Sitting, Source, Target
from credits.rules.facts import ZERO
from credits.situation import Claim, Earlier, Situation
from credits.states import COUNTED
from portal.records.history import CourseHistory


@dataclass(frozen=True)
class Ground:
    """What the cases of a student have in common, worked out once for any number of courses.

    ``sources`` is every credit earned, taken ones included; ``past`` lacks the one fact that
    depends on the course.
    """

    person: Person
    holdings: tuple[Holding, ...]
    sources: tuple[Source, ...]
    others: tuple[Earlier, ...]  # applications that hold or have used credits
    past: Past
    today: date

    def case(
        self,
        course: CourseHistory,
        keys: Collection[str] = (),
        *,
        attachments: int = 0,
        accepts_shortfall: bool = False,
    ) -> Case:
        """The case of an application about ``course``.

        Keys the student does not own are left out: the caller refuses them by name.
        """
        return Case(
            person=self.person,
            target=_target(course, self.today),
            holdings=self.holdings,
            past=self._past(course.course_id),
            today=self.today,
            sources=tuple(one for one in self.sources if one.key in keys),
            attachments=attachments,
            accepts_shortfall=accepts_shortfall,
        )

    def _past(self, target_id: int) -> Past:
        about = next((one for one in self.others if one.target_id == target_id), None)
        if about is None:
            return self.past
        return replace(self.past, standing=f"{about.number}，{about.state.label}")


def ground_of(situation: Situation, but: int | None = None) -> Ground:
    """``but`` is the application that is looked at: what it holds does not stand in its way."""
    own = f"credits:{but}"
    claims = [one for one in situation.claims if one.reference != own]
    names = {one.reference: one.title for one in situation.earlier}
    taken = {one.key: names.get(one.reference, "另一份申请") for one in claims}
    sources = sources_of(situation, taken)
    others = tuple(one for one in situation.earlier if one.pk != but and one.state in COUNTED)
    return Ground(
        person=_person(situation),
        holdings=_holdings(situation, taken),
        sources=sources,
        others=others,
        past=Past(
            this_term=_hours(one for one in others if one.term == situation.term),
            ever=_hours(others),
            spent=_spent(claims, sources),
        ),
        today=situation.today,
    )


def _person(situation: Situation) -> Person:
    return Person(
        grade_year=situation.facts.grade_year,
        standing=situation.facts.standing,
        plan_hours=sum(situation.needed.values(), ZERO),
    )


def _holdings(situation: Situation, given: Collection[str]) -> tuple[Holding, ...]:
    """Earned credits of every category the plan asks for, without what was given away."""
    earned = dict.fromkeys(situation.needed, ZERO)
    for course in situation.courses:
        category = category_of(course)
        if category in earned and course.passed and f"course:{course.course_id}" not in given:
            earned[category] += course.credit_hours
    return tuple(
        Holding(category, earned[category], needed) for category, needed in situation.needed.items()
    )


def _spent(
    claims: Sequence[Claim], sources: Sequence[Source]
) -> tuple[tuple[SourceKind, Decimal], ...]:
    kinds = {one.key: one.kind for one in sources}
    spent: dict[SourceKind, Decimal] = {}
    for claim in claims:
        kind = kinds.get(claim.key)
        if kind is not None:
            spent[kind] = spent.get(kind, ZERO) + claim.credit_hours
    return tuple(sorted(spent.items()))


def _hours(applications: Iterable[Earlier]) -> Decimal:
    return sum((one.credit_hours for one in applications), ZERO)


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
