"""退役 students: who pays nothing for a retake, since when and on what evidence."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.lib.moments import of_our_time
from portal.lib.workflow import one_of, triggers
from portal.records.models.people import Student
from portal.records.states import VETERAN_FIRST, VETERAN_MOVES, VeteranState


class VeteranStatus(models.Model):
    """A claim with evidence, approved or refused by staff; valid from a date."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生")
    valid_from = models.DateField("生效日期")
    basis = models.CharField("依据", max_length=120, help_text="退出现役证编号或文件名称")
    evidence = models.FileField("证明材料", upload_to="veterans/", blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=VeteranState.choices, default=VeteranState.PENDING
    )
    claimed_at = models.DateTimeField("申请时间", validators=[of_our_time])
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="审核人"
    )
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    note = models.CharField("审核说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "退役身份"
        ordering = ("-claimed_at",)
        permissions = [("decide_veteranstatus", "可以审核退役身份")]
        constraints = [
            one_of("state", VeteranState, "veteran_state_known"),
            models.UniqueConstraint(
                fields=["student"],
                condition=~Q(state=VeteranState.REFUSED),
                name="veteran_one_claim",
                violation_error_message="这名学生已有一条退役身份。",
            ),
            models.CheckConstraint(
                condition=Q(state=VeteranState.PENDING, decided_at=None)
                | ~Q(state=VeteranState.PENDING) & Q(decided_at__isnull=False),
                name="veteran_decision_dated",
            ),
        ]
        triggers = triggers("state", VETERAN_MOVES, VETERAN_FIRST)

    def __str__(self) -> str:
        return f"{self.student} {self.get_state_display()}"
