"""Sittings, grade attempts and the dated policy that reads them."""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from portal.lib.workflow import append_only
from portal.records.grading import FIVE_LEVELS, Effective, Result, printed
from portal.records.kinds import AttemptKind, ResultFlag
from portal.records.models.checks import known, scores_of_levels
from portal.records.models.courses import Course
from portal.records.models.people import Student
from portal.records.models.terms import AcademicTerm

SCORE = [MinValueValidator(0), MaxValueValidator(100)]


def default_levels() -> dict[str, int]:
    """The words and scores a new policy starts with."""
    return dict(FIVE_LEVELS)


class MakeupSitting(models.Model):
    """A 补考 a student is registered for; ``term`` is the term the course was taken in."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, verbose_name="课程")
    term = models.ForeignKey(AcademicTerm, models.PROTECT, verbose_name="学年学期")
    sits_on = models.DateField("补考日期", null=True, blank=True)
    venue = models.CharField("补考地点", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "补考安排"
        ordering = ("-sits_on", "student")
        constraints = [
            models.UniqueConstraint(fields=["student", "course", "term"], name="makeup_once")
        ]

    def __str__(self) -> str:
        return f"{self.course} {self.sits_on or '日期待定'}"


class GradeAttempt(models.Model):
    """One grade as entered, for ever: a correction is a new row that ``corrects`` the old one.

    ``recorded_on`` decides which policy reads it, so that a new policy is never retroactive.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, verbose_name="课程", db_index=False)
    term = models.ForeignKey(AcademicTerm, models.PROTECT, verbose_name="学年学期", db_index=False)
    kind = models.CharField(
        "考试性质",
        max_length=9,
        choices=AttemptKind.choices(),
        default=AttemptKind.REGULAR.value,
    )
    score = models.DecimalField("分数", max_digits=4, decimal_places=1, null=True, blank=True)
    text = models.CharField("等级成绩", max_length=10, blank=True)
    flag = models.CharField(
        "成绩标记",
        max_length=9,
        choices=ResultFlag.choices(),
        default=ResultFlag.NONE.value,
        blank=True,
    )
    recorded_on = models.DateField("登记日期")
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="更正", db_index=False
    )
    source = models.CharField("来源", max_length=60, blank=True)  # retake:17, 教务导入 …
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="登记人",
        db_index=False,
    )

    class Meta:
        verbose_name = verbose_name_plural = "成绩"
        ordering = ("-recorded_on", "-id")
        # Starts with the student: it is also the index of every look-up by student.
        indexes = [models.Index(fields=["course", "term"], name="attempt_course_term")]
        constraints = [
            known("kind", AttemptKind, "attempt_kind_known"),
            known("flag", ResultFlag, "attempt_flag_known"),
            models.UniqueConstraint(
                fields=["student", "course", "term", "kind", "corrects"],
                nulls_distinct=False,
                name="attempt_once",
                violation_error_message="这名学生这门课这个学期已有同一性质的成绩，更正请填更正栏。",
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(corrects__isnull=False),
                name="attempt_corrected_once",
                violation_error_message="这条成绩已经更正过，请更正最新的一条。",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100),
                name="attempt_score_range",
                violation_error_message="分数在 0–100 之间。",
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=False) | ~Q(text="") | ~Q(flag=""),
                name="attempt_has_result",
                violation_error_message="分数、等级成绩、成绩标记至少填一项。",
            ),
        ]
        triggers = [
            append_only(),
            pgtrigger.Trigger(
                name="corrects_own",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.corrects_id IS NOT NULL"),
                func="""
                IF NOT EXISTS (SELECT 1 FROM records_gradeattempt
                               WHERE id = NEW.corrects_id
                                 AND (student_id, course_id, term_id, kind) =
                                     (NEW.student_id, NEW.course_id, NEW.term_id, NEW.kind)) THEN
                    RAISE EXCEPTION 'a correction is of the same student, course, term and kind'
                        USING HINT = '更正要与原成绩是同一学生、课程、学期和考试性质。';
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.printed}"

    @property
    def printed(self) -> str:
        """As a transcript prints it: ``59.5``, ``优秀``, ``缺考``."""
        return printed(Result(self.score, self.text, ResultFlag(self.flag)))


class GradePolicy(models.Model):
    """How grades recorded from ``valid_from`` on are read."""

    valid_from = models.DateField("起用日期", unique=True)
    pass_mark = models.DecimalField(
        "及格分", max_digits=4, decimal_places=1, default=Decimal(60), validators=SCORE
    )
    makeup_cap = models.DecimalField(
        "补考成绩上限",
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
        default=Decimal(60),
        validators=SCORE,
    )
    effective = models.CharField(
        "有效成绩",
        max_length=8,
        choices=Effective.choices(),
        default=Effective.HIGHEST.value,
    )
    levels = models.JSONField("等级折算", default=default_levels, validators=[scores_of_levels])
    round_before_points = models.BooleanField("先取整再算绩点", default=True)
    failed_in_gpa = models.BooleanField("不及格计入绩点分母", default=True)
    is_confirmed = models.BooleanField("学校已确认", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "成绩规则"
        ordering = ("-valid_from",)
        constraints = [known("effective", Effective, "policy_effective_known")]

    def __str__(self) -> str:
        return f"{self.valid_from} 起"
