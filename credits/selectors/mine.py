"""A student's own applications."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from credits.models import Application, ApplicationEvent, Attachment
from credits.rules import Effect, Finding, effects
from credits.rules.facts import ZERO
from credits.rules.frozen import case_from_json, findings_from_json
from credits.services.locks import not_a_student
from credits.states import DELETABLE, ApplicationState, EventKind
from credits.wording import EVENTS, sentence_of, status_of
from portal.lib.errors import NotYours
from portal.lib.status import Status
from portal.records.models import HOME_COLLEGE, Student

PAGE = 15  # as the manual's page
TYPE = "课程学分兑换"


@dataclass(frozen=True)
class Head:
    """The line above the list: 学号 姓名 学生类别 学院 年度 专业."""

    number: str
    name: str
    student_type: str
    college: str
    year: int
    major: str


@dataclass(frozen=True)
class Line:
    """One row of the list; the columns of the manual in their order."""

    pk: int
    number: str
    status: Status
    year: str
    term: str
    type: str
    credit_hours: Decimal
    sources: tuple[str, ...]  # of 认定关系, each with its credits
    code: str
    name: str
    english_name: str
    nature: str
    target_hours: Decimal
    result: str
    remark: str


@dataclass(frozen=True)
class Step:
    """One line of the trace."""

    status: Status
    event: ApplicationEvent
    findings: tuple[Finding, ...]
    is_own: bool
    who: str


@dataclass(frozen=True)
class Shown:
    """One application as its student sees it."""

    row: Application
    status: Status
    sentence: str
    kind: str
    evidence: str
    hours: Decimal
    steps: tuple[Step, ...]
    files: tuple[Attachment, ...]
    effects: tuple[Effect, ...]
    may_delete: bool
    may_edit: bool
    may_supply: bool


def head_of(user_id: int) -> Head:
    """The student's own line. One statement."""
    student = Student.objects.select_related(HOME_COLLEGE).filter(user=user_id).first()
    if student is None:
        raise not_a_student()
    return Head(
        student.number,
        student.name,
        student.student_type,
        student.college.name,
        student.grade_year,
        student.admin_class.major.name,
    )


def applications_of(user_id: int, number: int) -> Page[Line]:
    """A page of the student's list, newest first. Three statements."""
    rows = (
        Application.objects.filter(student__user=user_id, deleted_at=None)
        .select_related("target", "term")
        .prefetch_related("sources")
        .order_by("-id")
    )
    pages: Paginator[Application] = Paginator(rows, PAGE)
    page = pages.get_page(number)
    page.object_list = [_line(row) for row in page.object_list]  # type: ignore[misc]
    return page  # type: ignore[return-value]


def _line(row: Application) -> Line:
    year, _, term = row.term.code.rpartition("-")
    sources = list(row.sources.all())
    target = row.case.get("target", {})
    return Line(
        pk=row.pk,
        number=row.number,
        status=status_of(row),
        year=year,
        term=term,
        type=TYPE,
        credit_hours=sum((one.credit_hours for one in sources), ZERO),
        sources=tuple(f"{one.title} {one.credit_hours}" for one in sources),
        code=row.target.code,
        name=row.target.name,
        english_name=row.target.english_name,
        nature=row.target.get_nature_display(),
        target_hours=row.target.credit_hours,
        result=_result(row, target.get("sittings", [])),
        remark=row.note,
    )


def _result(row: Application, sittings: list[dict[str, str]]) -> str:
    if row.state == ApplicationState.APPROVED:
        return "合格（兑换）" if row.attempt_id else ""
    return sittings[-1]["result"] if sittings else ""


def application_of(user_id: int, application_id: int, now: datetime) -> Shown:
    """One application of his own, ``NotYours`` for anybody else's. Five statements."""
    row = own_rows(user_id).filter(pk=application_id).first()
    if row is None:
        raise NotYours("没有找到这份申请。")
    case = case_from_json(row.case)
    return Shown(
        row=row,
        status=status_of(row),
        sentence=sentence_of(row, now, row.student.college.name),
        kind=case.target.category.label,
        evidence=case.target.evidence,
        hours=sum((one.credit_hours for one in row.sources.all()), ZERO),
        steps=steps_of(row),
        files=tuple(row.attachments.all()),
        effects=tuple(one for one in effects(case) if one.before != one.after),
        may_delete=row.state in DELETABLE,
        may_edit=row.state in DELETABLE,
        may_supply=row.state == ApplicationState.PENDING and row.asked_at is not None,
    )


def own_rows(user_id: int) -> QuerySet[Application]:
    """The student's applications with what a page about one of them needs."""
    return (
        Application.objects.filter(student__user=user_id, deleted_at=None)
        .select_related("target", "term", "rule_set", f"student__{HOME_COLLEGE}")
        .prefetch_related("sources", "attachments")
    )


def steps_of(row: Application) -> tuple[Step, ...]:
    """The trace, newest first. One statement."""
    events = row.events.select_related("actor").order_by("-happened_at", "-id")
    return tuple(step_of(row, one, one.actor.name if one.actor else "") for one in events)


def step_of(row: Application, event: ApplicationEvent, actor: str) -> Step:
    """One line of the trace; ``actor`` is the name of whoever did it, if anybody."""
    kind = EventKind(event.kind)
    is_own = event.actor_id is not None and event.actor_id == row.student.user_id
    who = "" if is_own else actor or "系统"
    findings = findings_from_json(event.findings)
    return Step(EVENTS[kind], event, findings, is_own, who)
