"""Background jobs as rows: whatever is killed, the rows say what is left to do."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.jobs.states import FIRST, MOVES, ItemState, JobState
from portal.lib.workflow import one_of, triggers


class Job(models.Model):
    """A job over many items; ``kind`` names its runner in ``settings.JOB_RUNNERS``."""

    kind = models.CharField("类别", max_length=20)
    title = models.CharField("任务", max_length=120)
    params = models.JSONField("参数")
    state = models.CharField(
        "状态", max_length=10, choices=JobState.choices, default=JobState.RUNNING
    )
    # Nobody: the portal itself.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="发起人"
    )
    requested_at = models.DateTimeField("发起时间")
    # The last sign of life of any worker, and who is putting the results together until when.
    seen_at = models.DateTimeField("最近进展")
    finishing_until = models.DateTimeField("汇总租约", null=True, blank=True)
    finished_at = models.DateTimeField("完成时间", null=True, blank=True)
    files = models.JSONField("结果文件", default=dict)  # name people read -> path in storage

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ("-requested_at", "-id")
        constraints = [one_of("state", JobState, "job_state_known")]
        triggers = triggers("state", MOVES, FIRST)

    def __str__(self) -> str:
        return self.title


class JobItem(models.Model):
    """One piece of work; a worker holds it until ``leased_until``."""

    job = models.ForeignKey(
        Job, models.CASCADE, related_name="items", db_index=False, verbose_name="任务"
    )
    position = models.PositiveIntegerField("次序")
    key = models.CharField("对象", max_length=60)
    state = models.CharField(
        "状态", max_length=10, choices=ItemState.choices, default=ItemState.WAITING
    )
    leased_until = models.DateTimeField("处理中至", null=True, blank=True)
    tries = models.PositiveSmallIntegerField("开始次数", default=0)
    result = models.CharField("结果", max_length=60, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务明细"
        ordering = ("job", "position")
        constraints = [
            one_of("state", ItemState, "job_item_state_known"),
            models.UniqueConstraint(fields=["job", "key"], name="job_item_once"),
            models.UniqueConstraint(fields=["job", "position"], name="job_item_in_order"),
        ]
        indexes = [
            models.Index(
                fields=["job", "position"],
                condition=Q(state=ItemState.WAITING),
                name="job_items_waiting",
            )
        ]

    def __str__(self) -> str:
        return self.key
