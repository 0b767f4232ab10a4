"""Writing grades: results of the workflows and corrections become attempts here."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from portal.accounts.models import User
from portal.lib.errors import DomainError, NotYours
from portal.records.grading import parse_result
from portal.records.kinds import AttemptKind
from portal.records.models import GradeAttempt


def record_result(
    *,
    student_id: int,
    course_id: int,
    term_id: int,
    kind: AttemptKind,
    written: str,
    recorded_on: date,
    source: str,
    entered_by: User | None,
) -> GradeAttempt:
    """Add an attempt; ``written`` as on a grade sheet (72, 良好, 缺考).

    Refused: ``grade.unreadable``; ``grade.exists`` when this term already has such an attempt
    with another result. The same result again returns the attempt that is there.
    """
    attempt = GradeAttempt(
        **_columns(written),
        student_id=student_id,
        course_id=course_id,
        term_id=term_id,
        kind=kind.value,
        recorded_on=recorded_on,
        source=source,
        entered_by=entered_by,
    )
    try:
        with transaction.atomic():
            attempt.save(force_insert=True)
    except IntegrityError:
        return _same(attempt)
    return attempt


def _same(attempt: GradeAttempt) -> GradeAttempt:
    """The attempt that is there already, if it says the same."""
    there = GradeAttempt.objects.get(
        student=attempt.student_id,
        course=attempt.course_id,
        term=attempt.term_id,
        kind=attempt.kind,
        corrects=None,
    )
    if there.printed != attempt.printed:
        kind = there.get_kind_display()
        raise DomainError(
            "grade.exists",
            f"这门课本学期已登记{kind}成绩 {there.printed}。",
            advice="成绩有误用更正。",
        )
    return there


def correct_result(
    *, attempt_id: int, written: str, recorded_on: date, source: str, entered_by: User | None
) -> GradeAttempt:
    """Add a row that corrects an attempt; ``-`` takes the result back altogether.

    Refused: ``grade.unreadable``; ``grade.corrected`` when a later row corrects it already.
    """
    result = _columns(written)
    wrong = GradeAttempt.objects.filter(pk=attempt_id).first()
    if wrong is None:
        raise NotYours("没有找到这条成绩。")
    try:
        with transaction.atomic():
            return GradeAttempt.objects.create(
                **result,
                student_id=wrong.student_id,
                course_id=wrong.course_id,
                term_id=wrong.term_id,
                kind=wrong.kind,
                recorded_on=recorded_on,
                corrects=wrong,
                source=source,
                entered_by=entered_by,
            )
    except IntegrityError as error:
        raise DomainError(
            "grade.corrected", "这条成绩已经更正过。", advice="更正最新的一条。"
        ) from error


def _columns(written: str) -> dict[str, Any]:
    """A result as an attempt keeps it: score, text and flag."""
    try:
        result = parse_result(written)
    except ValueError as error:
        raise DomainError(
            "grade.unreadable",
            f"不认识成绩“{written}”。",
            advice="填 0–100 的分数，或等级、缺考、缓考等。",
            status=400,
        ) from error
    return {"score": result.score, "text": result.text, "flag": result.flag.value}
