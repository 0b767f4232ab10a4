"""What the teaching office verified, and when."""

from django.conf import settings
from django.db import models

from portal.lib.workflow import append_only
from retake.models.rounds import Round


class VerificationRun(models.Model):
    """One 教学部核实 of a round with the board as it stood; never changed, as often as needed."""

    round = models.ForeignKey(Round, models.PROTECT, verbose_name="轮次")
    run_at = models.DateTimeField("核实时间")
    run_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="核实人")
    override_reason = models.CharField("未对清仍核实的理由", max_length=200, blank=True)
    confirmed = models.PositiveIntegerField("确认")
    lapsed = models.PositiveIntegerField("失效")
    waiting = models.PositiveIntegerField("等下一次")
    snapshot = models.JSONField("核实后的看板")  # one entry for each college and course

    class Meta:
        verbose_name = verbose_name_plural = "核实记录"
        ordering = ("-id",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.round} 核实"


class CollegePromise(models.Model):
    """The new date a college gives once the expected one has passed; the last one counts."""

    round = models.ForeignKey(Round, models.PROTECT, verbose_name="轮次")
    college = models.ForeignKey("accounts.College", models.PROTECT, verbose_name="开课学院")
    until = models.DateField("新的日期")
    note = models.CharField("说明", max_length=100, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="填写人")
    given_at = models.DateTimeField("填写时间")

    class Meta:
        verbose_name = verbose_name_plural = "学院落实新日期"
        ordering = ("-id",)
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.college} {self.until}"
