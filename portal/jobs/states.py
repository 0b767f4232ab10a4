"""States of a job and of its items."""

from django.db.models import TextChoices

from portal.lib.workflow import Transitions


class JobState(TextChoices):
    """Of the whole job."""

    RUNNING = "running", "进行中"
    CANCELLED = "cancelled", "已停止"
    DONE = "done", "已完成"


MOVES: Transitions = (
    (JobState.RUNNING, JobState.CANCELLED),
    (JobState.CANCELLED, JobState.RUNNING),
    (JobState.RUNNING, JobState.DONE),
    (JobState.DONE, JobState.RUNNING),  # the failed ones once more
)
FIRST = (JobState.RUNNING,)


class ItemState(TextChoices):
    """Of one piece of work."""

    WAITING = "waiting", "等待"
    DONE = "done", "完成"
    FAILED = "failed", "没有完成"
