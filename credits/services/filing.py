"""Filing an application: draft, submission, submission again after a return."""

from datetime import datetime

from django.db import transaction

from credits import rules
from credits.attachments import MAX_FILES, refusals
from credits.ground import ground_of
from credits.models import Application
from credits.rules import Case, Finding
from credits.selectors.situations import situation
from credits.services import locks, trace, writing
from credits.services.writing import Checked, Filing
from credits.situation import Situation
from credits.states import DELETABLE, ApplicationState, EventKind
from portal.lib.errors import DomainError, NotYours
from portal.records.matters import open_matters
from portal.records.models import Student


class FindingsRefused(DomainError):
    """An application that the rules stop; ``findings`` say what and what to do."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        first = findings[0]
        super().__init__(f"rules.{first.code}", first.sentence, advice=first.step)
        self.findings = findings


def submit(*, user_id: int, filing: Filing, now: datetime) -> Application:
    """File for review; the credits are held from here on.

    A draft or a returned application about the same course is taken up again. Refused: what the
    rules stop (``FindingsRefused``), credits somebody else's or taken (``source.not_yours``,
    ``credit.taken``), a course enrolled for retake unless the student says that he knows
    (``application.retake``), more than five files (``attachment.count``), figures of rules that
    others have taken the place of since (``rules.replaced``).
    """
    with transaction.atomic():
        student = locks.student_of(user_id)
        checked = _checked(student, filing, now)
        _refuse_unseen_rules(filing, checked.known)
        stops = rules.stops(checked.findings)
        if stops:
            raise FindingsRefused(stops)
        _refuse_unknown_retake(student, filing, now)
        again = checked.row.state == ApplicationState.RETURNED
        row = writing.write(checked, ApplicationState.PENDING, now)
        writing.hold(row, user_id, now)
        kind = EventKind.RESUBMITTED if again else EventKind.SUBMITTED
        event = trace.record(row, kind, actor_id=user_id, now=now, findings=checked.findings)
        trace.tell(row, event, f"已提交{row.target.name}的兑换申请", writing.awaits(row, now))
    return row


def save_draft(*, user_id: int, filing: Filing, now: datetime) -> Application:
    """Keep what was chosen and uploaded without filing it; nothing is held.

    Refused like ``submit`` where the course cannot be exchanged or the credits are not his own.
    """
    with transaction.atomic():
        student = locks.student_of(user_id)
        checked = _checked(student, filing, now)
        stops = rules.stops(rules.check_target(checked.case, checked.known.rules))
        if stops:
            raise FindingsRefused(stops)
        if checked.row.state == ApplicationState.RETURNED:
            raise DomainError("state.illegal", "退回的申请改好后直接重新提交，不用存草稿。")
        row = writing.write(checked, ApplicationState.DRAFT, now)
        trace.record(row, EventKind.DRAFTED, actor_id=user_id, now=now)
    return row


def _checked(student: Student, filing: Filing, now: datetime) -> Checked:
    """What the rules say of a filing, on what is true under the lock."""
    known = situation(student.pk, now)
    about = known.application_about(filing.target_id)
    is_new = about is None or about.state not in DELETABLE
    if about is None or is_new:
        row = Application(student=student, target_id=filing.target_id)
    else:
        row = locks.application(about.pk)
    case = _case(known, row, filing)
    return Checked(row, is_new, filing, known, case, rules.check(case, known.rules))


def _case(known: Situation, row: Application, filing: Filing) -> Case:
    course = known.course(filing.target_id)
    if course is None:
        raise NotYours("你的课程里没有这门课。")
    ground = ground_of(known, but=row.pk)
    if not set(filing.keys) <= {one.key for one in ground.sources}:
        raise DomainError(
            "source.not_yours",
            "选的学分里有不在你名下的。",
            advice="回到学分兑换页，从列出的学分里选。",
        )
    return ground.case(
        course,
        filing.keys,
        attachments=_number_of_files(row, filing),
        accepts_shortfall=filing.accepts_shortfall,
    )


def _number_of_files(row: Application, filing: Filing) -> int:
    number = len(filing.files)
    if row.pk is not None:
        number += row.attachments.filter(replaced_at=None, pk__in=filing.kept).count()
    if number > MAX_FILES:
        raise refusals.too_many(number, MAX_FILES)
    return number


def _refuse_unseen_rules(filing: Filing, known: Situation) -> None:
    """Where a course has become cheaper, the credits ticked before would be lost in part."""
    if filing.seen_rules not in (None, known.rule_set_id):
        raise DomainError(
            "rules.replaced",
            f"兑换规则刚刚换成“{known.rules.version}”，这次没有提交。",
            advice="下面已按新规则算，看过再提交。",
        )


def _refuse_unknown_retake(student: Student, filing: Filing, now: datetime) -> None:
    matters = open_matters([student.pk], now, but="credits")
    about = next((one for one in matters if one.course_id == filing.target_id), None)
    if about is not None and not filing.accepts_retake:
        advice = "勾选“我知道”再提交，或先退报名。"
        raise DomainError("application.retake", about.sentence, advice=advice)
