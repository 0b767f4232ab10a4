"""One version of the rules R1–R14: which are on, and their numbers."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.lib.workflow import append_only
from retake.eligibility import Rules


class RuleSet(models.Model):
    """A version is never changed: enrolments keep the one they were decided under.

    Each switch says which rule of the table in ``retake.eligibility`` it belongs to. An empty
    number means "no limit" for caps and "off" elsewhere.
    """

    name = models.CharField("名称", max_length=60, unique=True)
    makeup_first = models.BooleanField("R2 理论课先补考", default=True)
    practical_direct = models.BooleanField("R3 实践课直接重修", default=True)
    study_first = models.BooleanField("R4 未修读的先补修", default=True)
    electives_excluded = models.BooleanField("R5 通识选修、等级证书不设重修", default=True)
    selection_hint = models.BooleanField("R6 体育、英语未选课的提示联系", default=True)
    cap_default = models.PositiveSmallIntegerField(
        "R7 每学期门数上限", null=True, blank=True, default=3, help_text="留空为不限"
    )
    cap_final_year = models.PositiveSmallIntegerField(
        "R7 毕业年级上限", null=True, blank=True, help_text="留空为不限"
    )
    cap_completed = models.PositiveSmallIntegerField(
        "R7 结业生上限", null=True, blank=True, help_text="留空为不限"
    )
    improve_passed = models.BooleanField("R8 及格课程可刷分", default=False)
    absence_divisor = models.PositiveSmallIntegerField(
        "R9 缺课达几分之一直接重修", null=True, blank=True, default=3, help_text="留空为不启用"
    )
    attempt_limit = models.PositiveSmallIntegerField(
        "R10 补考与重修合计次数上限", null=True, blank=True, help_text="留空为不限"
    )
    clash_warning = models.BooleanField("R11 课表冲突提示", default=True)
    arrears_block = models.BooleanField("R12 欠学费不能报名", default=False)
    period_block = models.BooleanField("R13 超过学习年限不能报名", default=True)
    is_confirmed = models.BooleanField("学校已确认", default=False)
    created_at = models.DateTimeField("创建时间")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="创建人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "报名规则"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(absence_divisor__isnull=True) | Q(absence_divisor__gt=0),
                name="rule_set_absence_share",
                violation_error_message="缺课比例的分母要大于 0。",
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.name if self.is_confirmed else f"{self.name}（待学校确认）"

    def rules(self) -> Rules:
        """The frozen parameters of ``retake.eligibility``."""
        return Rules(
            makeup_first=self.makeup_first,
            practical_direct=self.practical_direct,
            study_first=self.study_first,
            electives_excluded=self.electives_excluded,
            selection_hint=self.selection_hint,
            cap_default=self.cap_default,
            cap_final_year=self.cap_final_year,
            cap_completed=self.cap_completed,
            improve_passed=self.improve_passed,
            absence_divisor=self.absence_divisor,
            attempt_limit=self.attempt_limit,
            clash_warning=self.clash_warning,
            arrears_block=self.arrears_block,
            period_block=self.period_block,
        )
