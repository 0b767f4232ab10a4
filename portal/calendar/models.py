"""Days that are not what the weekend rule says."""

from django.db import models

from portal.lib.workflow import one_of


class DaySource(models.TextChoices):
    """Who decided about a day, the one most trusted last."""

    OFFICIAL = "official", "国务院安排"
    SCHOOL = "school", "学校安排"


class WorkCalendarDay(models.Model):
    """One day as the state council or the college decided it.

    Order of trust: the college's own row, the official one, then the weekend rule, which is
    nobody's row and marked provisional where no official data exist.
    """

    date = models.DateField("日期")
    is_workday = models.BooleanField("上班")
    source = models.CharField(
        "来源", max_length=8, choices=DaySource.choices, default=DaySource.SCHOOL
    )
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ("-date",)
        constraints = [
            one_of("source", DaySource, "calendar_source_known"),
            models.UniqueConstraint(fields=["date", "source"], name="calendar_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {'上班' if self.is_workday else '放假'}"
