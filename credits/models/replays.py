"""What a replay of past applications under other rules found to be different."""

from django.db import models

from credits.models.applications import Application
from credits.replay import Outcome
from portal.jobs.models import Job
from portal.lib.workflow import one_of


class ReplayDifference(models.Model):
    """One application that the rules of a replay judge otherwise; the same ones leave no row."""

    job = models.ForeignKey(
        Job, models.CASCADE, related_name="+", verbose_name="试算", db_index=False
    )
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="+", verbose_name="申请", db_index=False
    )
    outcome = models.CharField("结果", max_length=10, choices=Outcome.choices())
    why = models.TextField("原因")

    class Meta:
        verbose_name = verbose_name_plural = "试算差异"
        ordering = ("job", "outcome", "-application")
        indexes = [
            models.Index(fields=["job", "outcome", "-application"], name="replay_difference_listed")
        ]
        constraints = [
            one_of("outcome", Outcome, "replay_outcome_known"),
            models.UniqueConstraint(fields=["job", "application"], name="replay_difference_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} {self.get_outcome_display()}"
