"""学年学期."""

from django.db import models
from django.db.models import F, Q

from portal.records.kinds import term_name


class AcademicTerm(models.Model):
    """A term; codes such as ``2023-2024-1`` sort by time."""

    code = models.CharField("学年学期", max_length=11, unique=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    # Set by the office (and the demo college) to hold a term against the calendar.
    is_current = models.BooleanField("当前学期", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "学年学期"
        ordering = ("-code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^\d{4}-\d{4}-[123]$"),
                name="term_code_shape",
                violation_error_message="学年学期写作 2023-2024-1。",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")),
                name="term_dates_in_order",
                violation_error_message="结束日期要晚于开始日期。",
            ),
            models.UniqueConstraint(
                fields=["is_current"],
                condition=Q(is_current=True),
                name="term_one_current",
                violation_error_message="已有一个当前学期。",
            ),
        ]

    def __str__(self) -> str:
        return term_name(self.code)
