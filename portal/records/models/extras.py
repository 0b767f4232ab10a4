"""Results that are no course: level exams, and credit earned outside courses."""

from django.db import models

from portal.records.kinds import OtherCreditKind
from portal.records.models.checks import half_step, half_steps, known
from portal.records.models.people import Student


class LevelExamScore(models.Model):
    """等级考试: a block of its own on the transcript, no credit, never retakeable."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", db_index=False)
    exam = models.CharField("考试名称", max_length=60)
    taken_on = models.DateField("考试日期")
    result = models.CharField("成绩", max_length=20)
    passed = models.BooleanField("合格", default=False)
    certificate = models.CharField("证书编号", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "等级考试成绩"
        ordering = ("-taken_on", "student")
        constraints = [
            models.UniqueConstraint(fields=["student", "exam", "taken_on"], name="level_exam_once")
        ]

    def __str__(self) -> str:
        return f"{self.exam} {self.result}"


class OtherCredit(models.Model):
    """Credit from 第二课堂, 竞赛集训 or a certificate."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生", db_index=False)
    kind = models.CharField("类别", max_length=12, choices=OtherCreditKind.choices())
    title = models.CharField("名称", max_length=100)
    credit_hours = models.DecimalField(
        "学分", max_digits=4, decimal_places=1, validators=[half_step]
    )
    earned_on = models.DateField("取得日期")
    document = models.CharField("证明编号", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "其他学分"
        ordering = ("-earned_on", "student")
        constraints = [
            known("kind", OtherCreditKind, "other_credit_kind_known"),
            half_steps("credit_hours", "other_credit_steps"),
            models.UniqueConstraint(
                fields=["student", "kind", "title", "earned_on"], name="other_credit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.credit_hours}"
