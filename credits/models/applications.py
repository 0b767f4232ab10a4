"""Applications: one course, the credits given for it, and everything that happened."""

from datetime import datetime

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from credits.kinds import SourceKind
from credits.models.rules import RuleSet
from credits.states import (
    APPLICATION_MOVES,
    APPLICATION_STARTS,
    DELETABLE,
    STANDING,
    ApplicationState,
    EventKind,
)
from portal.lib.workflow import append_only, triggers
from portal.records.models import AcademicTerm, Course, GradeAttempt, OtherCredit, Student
from portal.records.models.checks import half_steps, known


def number_of(application_id: int, created_at: datetime) -> str:
    """``XF-2025-000318``, of an application that is not at hand."""
    return f"XF-{timezone.localdate(created_at).year}-{application_id:06d}"


class Application(models.Model):
    """学分兑换 of one course. ``version`` counts every change, so that a page knows it is old.

    ``case`` and ``findings`` are what the rules saw and said at the last submission.
    ``first_by`` is the college's reviewer where the teaching office has to agree as well.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", db_index=False)
    target = models.ForeignKey(
        Course, models.PROTECT, related_name="+", verbose_name="校内课程", db_index=False
    )
    term = models.ForeignKey(AcademicTerm, models.PROTECT, verbose_name="申请学期")
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, verbose_name="规则版本")
    state = models.CharField("审核状态", max_length=10, choices=ApplicationState.choices())
    version = models.PositiveIntegerField("修改次数", default=1, editable=False)
    case = models.JSONField("事实", default=dict, encoder=DjangoJSONEncoder)
    findings = models.JSONField("检查结果", default=list, encoder=DjangoJSONEncoder)
    is_clean = models.BooleanField("系统检查全部符合", default=False)
    needs_second = models.BooleanField("要教学部再审", default=False)
    accepts_shortfall = models.BooleanField("学生知道不够毕业", default=False)
    accepts_retake = models.BooleanField("学生知道已报重修", default=False)
    # The newest grade the student had when this was last checked; later ones make it look again.
    seen_attempt = models.PositiveBigIntegerField("看过的最后成绩", default=0, editable=False)
    created_at = models.DateTimeField("填写时间")
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    due_on = models.DateField("办理期限", null=True, blank=True)
    asked_at = models.DateTimeField("要求补材料", null=True, blank=True)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="学院审核人",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="审核人",
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    note = models.CharField("给学生的话", max_length=200, blank=True)
    attempt = models.ForeignKey(
        GradeAttempt,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="兑换成绩",
    )
    deleted_at = models.DateTimeField("删除时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学分兑换申请"
        ordering = ("-id",)
        permissions = [
            ("decide_application", "可以审核本学院的学分兑换"),
            ("second_application", "可以再审学分兑换"),
            ("revoke_application", "可以撤销学分兑换"),
        ]
        indexes = [
            models.Index(fields=["student"], name="application_student"),
            # What the desk asks of those whose turn is the staff's, without a look at the rows.
            models.Index(
                fields=["due_on", "id"],
                include=["student", "first_by"],
                condition=Q(
                    state=ApplicationState.PENDING.value,
                    deleted_at__isnull=True,
                    asked_at__isnull=True,
                ),
                name="application_turn",
            ),
            models.Index(
                fields=["due_on", "id"],
                condition=Q(state=ApplicationState.PENDING.value),
                name="application_due",
            ),
            models.Index(
                fields=["target", "-decided_at"],
                condition=Q(decided_at__isnull=False),
                name="application_similar",
            ),
        ]
        constraints = [
            known("state", ApplicationState, "application_state_known"),
            models.UniqueConstraint(
                fields=["student", "target"],
                condition=Q(deleted_at__isnull=True, state__in=[one.value for one in STANDING]),
                name="application_one_about_course",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True)
                | Q(state__in=[one.value for one in DELETABLE]),
                name="application_deletable",
            ),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.DRAFT.value) | Q(submitted_at__isnull=False),
                name="application_submitted_dated",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        ApplicationState.APPROVED.value,
                        ApplicationState.REJECTED.value,
                        ApplicationState.REVOKED.value,
                    ]
                )
                | Q(decided_at__isnull=False),
                name="application_decision_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.APPROVED.value) | Q(attempt__isnull=False),
                name="application_approved_recorded",
            ),
            models.CheckConstraint(
                condition=~Q(state=ApplicationState.APPROVED.value)
                | Q(needs_second=False)
                | Q(first_by__isnull=False) & ~Q(first_by=models.F("decided_by")),
                name="application_two_people",
            ),
        ]
        triggers = [
            *triggers("state", APPLICATION_MOVES, APPLICATION_STARTS),
            pgtrigger.Protect(name="never_gone", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="about_one_course",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "ROW(OLD.student_id, OLD.target_id) IS DISTINCT FROM"
                    " ROW(NEW.student_id, NEW.target_id)"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``XF-2025-000318``: what people call it."""
        return number_of(self.pk, self.created_at)

    @property
    def reference(self) -> str:
        """How the credit ledger names this application."""
        return f"credits:{self.pk}"


class ApplicationSource(models.Model):
    """One credit given; title and kind as they were when it was chosen."""

    application = models.ForeignKey(
        Application, models.CASCADE, related_name="sources", verbose_name="申请"
    )
    course = models.ForeignKey(
        Course, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="课程",
        db_index=False,
    )  # fmt: skip
    other = models.ForeignKey(
        OtherCredit, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="其他学分", db_index=False,
    )  # fmt: skip
    kind = models.CharField("类别", max_length=12, choices=SourceKind.choices())
    title = models.CharField("名称", max_length=100)
    result = models.CharField("成绩", max_length=20, blank=True)
    credit_hours = models.DecimalField("学分", max_digits=4, decimal_places=1)

    class Meta:
        verbose_name = verbose_name_plural = "使用学分"
        ordering = ("application", "id")
        constraints = [
            known("kind", SourceKind, "application_source_kind_known"),
            half_steps("credit_hours", "application_source_steps"),
            models.CheckConstraint(
                condition=Q(course__isnull=True, other__isnull=False)
                | Q(course__isnull=False, other__isnull=True),
                name="application_source_one",
            ),
            models.UniqueConstraint(
                fields=["application", "course", "other"],
                nulls_distinct=False,
                name="application_source_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.credit_hours}"

    @property
    def key(self) -> str:
        """``course:12`` or ``other:5``, as forms and rules name it."""
        return f"course:{self.course_id}" if self.course_id else f"other:{self.other_id}"


class ApplicationEvent(models.Model):
    """流程跟踪: one line for each thing that happened, with the findings of that moment."""

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="events", verbose_name="申请"
    )
    kind = models.CharField("事项", max_length=12, choices=EventKind.choices())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="经办人",
        db_index=False,
    )
    reason = models.CharField("说明", max_length=200, blank=True)
    findings = models.JSONField("检查结果", default=list, encoder=DjangoJSONEncoder)
    happened_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "流程跟踪"
        ordering = ("-happened_at", "-id")
        constraints = [known("kind", EventKind, "application_event_known")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.get_kind_display()
