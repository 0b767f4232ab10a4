"""The credit ledger: what became of credits that were earned, posting by posting."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.lib.workflow import append_only
from portal.records.kinds import PostingKind
from portal.records.models.checks import half_steps, known
from portal.records.models.courses import Course
from portal.records.models.extras import OtherCredit
from portal.records.models.people import Student

# The student's row is the lock: two postings of one student never look at the same balance.
_HELD = """
    PERFORM 1 FROM records_student WHERE id = NEW.student_id FOR NO KEY UPDATE;
    IF NEW.other_id IS NOT NULL THEN
        SELECT credit_hours INTO earned FROM records_othercredit
        WHERE id = NEW.other_id AND student_id = NEW.student_id;
    ELSE
        -- As portal.records.grading reads it: an attempt nobody corrected that passes under the
        -- policy of its day. Credit that came by exchange is not given away again.
        SELECT course.credit_hours INTO earned FROM records_course course
        WHERE course.id = NEW.course_id AND EXISTS (
            SELECT 1 FROM records_gradeattempt attempt
            LEFT JOIN LATERAL (
                SELECT pass_mark, levels FROM records_gradepolicy
                WHERE valid_from <= attempt.recorded_on ORDER BY valid_from DESC LIMIT 1
            ) policy ON TRUE
            WHERE attempt.student_id = NEW.student_id
              AND (attempt.course_id = NEW.course_id OR attempt.course_id IN
                   (SELECT old_id FROM records_courseequivalence WHERE new_id = NEW.course_id))
              AND attempt.flag = '' AND attempt.kind <> 'exchange'
              AND NOT EXISTS (SELECT 1 FROM records_gradeattempt later
                              WHERE later.corrects_id = attempt.id)
              AND (attempt.text = '免修' OR COALESCE(
                       attempt.score,
                       (policy.levels ->> attempt.text)::numeric,
                       CASE WHEN attempt.text IN
                           ('优秀', '良好', '中等', '及格', '合格', '通过', '已修')
                       THEN 100 END
                   ) >= COALESCE(policy.pass_mark, 60)));
    END IF;
    -- A credit that was used under a code since given up is not there again under the new one.
    SELECT COALESCE(MAX(new_id), NEW.course_id) INTO in_force
    FROM records_courseequivalence WHERE old_id = NEW.course_id;
    SELECT COALESCE(SUM(CASE kind WHEN 'held' THEN credit_hours
                                  WHEN 'consumed' THEN 0
                                  ELSE -credit_hours END), 0)
    INTO taken FROM records_creditposting
    WHERE student_id = NEW.student_id
      AND (course_id IS NOT DISTINCT FROM in_force OR course_id IN
           (SELECT old_id FROM records_courseequivalence WHERE new_id = in_force))
      AND other_id IS NOT DISTINCT FROM NEW.other_id;
    IF COALESCE(earned, 0) - taken < NEW.credit_hours THEN
        RAISE EXCEPTION 'credit is not available'
            USING HINT = '这项学分没有取得，或者已经用于另一份申请。';
    END IF;
    RETURN NEW;
"""
_MOVED = """
    PERFORM 1 FROM records_student WHERE id = NEW.student_id FOR NO KEY UPDATE;
    SELECT COALESCE(SUM(CASE
        WHEN kind = CASE NEW.kind WHEN 'revoked' THEN 'consumed' ELSE 'held' END
            THEN credit_hours
        WHEN NEW.kind = 'revoked' AND kind = 'revoked' THEN -credit_hours
        WHEN NEW.kind <> 'revoked' AND kind IN ('released', 'consumed') THEN -credit_hours
        ELSE 0 END), 0)
    INTO own FROM records_creditposting
    WHERE student_id = NEW.student_id AND reference = NEW.reference
      AND target_id = NEW.target_id
      AND course_id IS NOT DISTINCT FROM NEW.course_id
      AND other_id IS NOT DISTINCT FROM NEW.other_id;
    IF own < NEW.credit_hours THEN
        RAISE EXCEPTION 'nothing held for this reference'
            USING HINT = '这份申请没有留住这些学分。';
    END IF;
    RETURN NEW;
"""


class CreditPosting(models.Model):
    """One movement of one source; a source is the credit of a course or of an ``OtherCredit``.

    ``reference`` is the application as its workflow names it (``credits:17``); ``target`` the
    course the credit is given for. Available is never stored: earned − held − consumed.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", db_index=False)
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="来源课程",
        db_index=False,
    )  # fmt: skip
    other = models.ForeignKey(
        OtherCredit, models.PROTECT, null=True, blank=True, verbose_name="其他学分"
    )
    target = models.ForeignKey(
        Course, models.PROTECT, related_name="+", verbose_name="兑换课程", db_index=False
    )
    kind = models.CharField("类别", max_length=8, choices=PostingKind.choices())
    credit_hours = models.DecimalField("学分", max_digits=4, decimal_places=1)
    reference = models.CharField("凭据", max_length=40)
    reason = models.CharField("说明", max_length=200, blank=True)
    posted_at = models.DateTimeField("时间")
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="经办人",
        db_index=False,
    )

    class Meta:
        verbose_name = verbose_name_plural = "学分台账"
        ordering = ("-id",)
        indexes = [models.Index(fields=["student", "course", "other"], name="posting_student")]
        constraints = [
            known("kind", PostingKind, "posting_kind_known"),
            half_steps("credit_hours", "posting_credit_steps"),
            models.CheckConstraint(condition=Q(credit_hours__gt=0), name="posting_moves"),
            models.CheckConstraint(
                condition=Q(course__isnull=True, other__isnull=False)
                | Q(course__isnull=False, other__isnull=True),
                name="posting_one_source",
            ),
            models.CheckConstraint(
                condition=Q(course__isnull=True) | ~Q(course=models.F("target")),
                name="posting_two_courses",
            ),
        ]
        triggers = [
            append_only(),
            pgtrigger.Trigger(
                name="covered",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.kind = 'held'"),
                declare=[("earned", "numeric"), ("taken", "numeric"), ("in_force", "bigint")],
                func=_HELD,
            ),
            pgtrigger.Trigger(
                name="follows_hold",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.kind <> 'held'"),
                declare=[("own", "numeric")],
                func=_MOVED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.credit_hours}"
