"""报名: all of the courses or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from portal.lib.errors import DomainError
from portal.lib.moments import moment
from portal.lib.prepared import Prepared, Slot
from retake.eligibility import Reason, assess, cap_of
from retake.models import Enrollment, NoticeAcknowledgement, Round, RuleSet
from retake.services import locks, tell
from retake.services.desk import Desk, sit_down
from retake.states import EnrollmentState, EventKind, RoundState


class CoursesRefused(DomainError):
    """Some of the chosen courses may not be enrolled in; ``reasons`` says which and why."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        names = "、".join(reason.course.name for reason in reasons)
        super().__init__(
            "enroll.not_eligible",
            f"{names}现在不能报名：{reasons[0].fact}",
            advice=reasons[0].step,
        )
        self.reasons = tuple(reasons)


@dataclass(frozen=True)
class Opened:
    """A round that takes enrolments now, its rules, and whether this student read its notice."""

    round: Round
    rule_set: RuleSet
    has_read: bool


def enroll(
    *, user_id: int, course_ids: Sequence[int], round_id: int, now: datetime
) -> list[Enrollment]:
    """Enrol the student of an account in these courses and raise their charges.

    Courses he is enrolled in already count as done, so a double click changes nothing. Refuses
    with ``round.*``, ``notice.unread``, ``enroll.*`` and then changes nothing at all.
    """
    wanted = list(dict.fromkeys(course_ids))
    if not wanted:
        raise DomainError(
            "enroll.nothing", "还没有选课程。", advice="至少选一门再提交。", status=400
        )
    opened = open_round(round_id, user_id, now)
    with transaction.atomic():
        student = locks.student_of(user_id)
        _require_read(opened)
        desk = sit_down(student, opened.round, opened.rule_set, now)
        done = {pk for pk in wanted if _is_enrolled(desk, pk)}
        fresh = [pk for pk in wanted if pk not in done]
        _refuse_unlawful(desk, fresh)
        rows = desk.write(fresh, EventKind.ENROLLED, user_id)
        if rows:
            tell.enrolled(user_id, rows, desk.names(fresh), now)
        written = {row.course_id: row for row in rows}
        return [written.get(pk) or desk.rows[pk] for pk in wanted]


def open_round(round_id: int, user_id: int, now: datetime) -> Opened:
    """The round when it takes enrolments now, else a refusal with its times.

    Whether the student has read the notice in force is asked in the same statement; it is a fact
    that never changes, so no lock is needed.
    """
    row = _published.first(round_id=round_id, user_id=user_id)
    if row is None or row.rule_set is None:
        raise DomainError(
            "round.closed", "这一轮重修报名没有开放。", advice="回到重修页看现在开放的报名。"
        )
    if not row.enrols_at(now):
        raise _not_now(row, now)
    return Opened(row, row.rule_set, has_read=vars(row)["has_read"])


@Prepared
def _published() -> QuerySet[Round]:
    read = NoticeAcknowledgement.objects.filter(
        round=OuterRef("pk"), version=OuterRef("notice_version"), student__user=Slot("user_id")
    )
    rounds = Round.objects.filter(pk=Slot("round_id"), state=RoundState.PUBLISHED.value)
    return rounds.select_related("term", "rule_set").annotate(has_read=Exists(read))


def _require_read(opened: Opened) -> None:
    if not opened.has_read:
        raise DomainError(
            "notice.unread",
            f"报名须知有第 {opened.round.notice_version} 版，你还没有读过。",
            advice="先读须知，再选课提交。",
        )


def _not_now(row: Round, now: datetime) -> DomainError:
    if row.enrol_opens_at is not None and now < row.enrol_opens_at:
        return DomainError(
            "round.not_open", f"报名还没开始，{moment(row.enrol_opens_at, now)} 开放。"
        )
    closed = moment(row.enrol_closes_at, now) if row.enrol_closes_at else ""
    return DomainError(
        "round.closed",
        f"报名已在 {closed} 截止。",
        advice="下一轮的时间定下来后写在重修页。",
    )


def _is_enrolled(desk: Desk, course_id: int) -> bool:
    row = desk.rows.get(course_id)
    return row is not None and row.state == EnrollmentState.ENROLLED


def _refuse_unlawful(desk: Desk, course_ids: list[int]) -> None:
    """Every course must be the student's own and eligible, and all together within the cap."""
    if any(course_id not in desk.courses for course_id in course_ids):
        raise DomainError(
            "enroll.unknown_course",
            "选的课程里有一门不在你的课程里。",
            advice="回到选课页重新选。",
            status=404,
        )
    rules = desk.rule_set.rules()
    verdicts = [assess(desk.applicant, desk.courses[pk], rules) for pk in course_ids]
    reasons = [verdict for verdict in verdicts if isinstance(verdict, Reason)]
    if reasons:
        raise CoursesRefused(reasons)
    _refuse_over_cap(desk, len(course_ids))


def _refuse_over_cap(desk: Desk, wanted: int) -> None:
    who = desk.applicant
    cap = cap_of(who.facts, who.term, desk.rule_set.rules())
    if cap.limit is None or who.counted + wanted <= cap.limit:
        return
    over = who.counted + wanted - cap.limit
    raise DomainError(
        "enroll.over_cap",
        f"{cap.sentence}：已报 {who.counted} 门，这次选了 {wanted} 门。",
        advice=f"去掉 {over} 门再提交。",
    )
