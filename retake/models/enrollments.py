"""Enrolments and their trace."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.lib.workflow import append_only, one_of, triggers
from portal.records.models import AcademicTerm, Course, Student
from retake.models.rounds import Round
from retake.models.rules import RuleSet
from retake.states import ENROLLMENT_MOVES, ENROLLMENT_STARTS, EnrollmentState, EventKind


class Enrollment(models.Model):
    """One course of one student in one term, for ever: withdrawing and enrolling again reuses it.

    ``fee_fen`` is what the course costs; ``exempt`` tells that it is not asked for (退役学生, or
    nothing to pay). What has been paid is never stored here, it is read from the charge.
    """

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", db_index=False)
    course = models.ForeignKey(Course, models.PROTECT, verbose_name="课程")
    term = models.ForeignKey(AcademicTerm, models.PROTECT, verbose_name="学年学期")
    round = models.ForeignKey(Round, models.PROTECT, verbose_name="轮次", db_index=False)
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, verbose_name="报名规则")
    state = models.CharField(
        "状态",
        max_length=10,
        choices=EnrollmentState.choices(),
        default=EnrollmentState.ENROLLED.value,
    )
    credit_hours = models.DecimalField("学分", max_digits=4, decimal_places=1)
    fee_fen = models.PositiveIntegerField("费用（分）")
    exempt = models.BooleanField("免缴", default=False)
    # Already passed when enrolled (R8 or an override): the sweep must not cancel it for that.
    improves = models.BooleanField("刷分", default=False)
    override_reason = models.CharField("特批理由", max_length=200, blank=True)
    enrolled_at = models.DateTimeField("报名时间")

    class Meta:
        verbose_name = verbose_name_plural = "重修报名"
        ordering = ("id",)
        permissions = [("override_eligibility", "可以特批重修报名")]
        indexes = [
            models.Index(fields=["round", "state"], name="enrollment_round_state"),
            # The look-up table's filters by student: a term's rows of many students.
            models.Index(fields=["term", "student"], name="enrollment_term_student"),
        ]
        constraints = [
            one_of("state", EnrollmentState, "enrollment_state_known"),
            models.UniqueConstraint(
                fields=["student", "course", "term"], name="enrollment_once_per_term"
            ),
            models.CheckConstraint(
                condition=Q(fee_fen__gt=0) | Q(exempt=True), name="enrollment_free_is_exempt"
            ),
        ]
        triggers = triggers("state", ENROLLMENT_MOVES, ENROLLMENT_STARTS)

    def __str__(self) -> str:
        return f"{self.course.name}（{self.course.code}）"

    @property
    def reference(self) -> str:
        """The name of this row in ``payments``."""
        return str(self.pk)


class EnrollmentEvent(models.Model):
    """One step of the trace; ``actor`` is empty when the portal acted by itself."""

    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="events", verbose_name="报名"
    )
    kind = models.CharField("事项", max_length=10, choices=EventKind.choices())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="经办人"
    )
    reason = models.CharField("说明", max_length=200, blank=True)
    happened_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "报名记录"
        ordering = ("-happened_at", "-id")
        constraints = [one_of("kind", EventKind, "enrollment_event_kind_known")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.get_kind_display()
