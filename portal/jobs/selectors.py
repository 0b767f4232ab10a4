"""Reads about jobs."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.jobs.models import Job
from portal.jobs.states import ItemState


@dataclass(frozen=True)
class Progress:
    """How far a job is."""

    total: int
    done: int
    failed: int

    @property
    def left(self) -> int:
        return self.total - self.done - self.failed


def progress(job_id: int) -> Progress:
    """Counted from the items. One statement."""
    items = Job.objects.filter(pk=job_id)
    counted = items.aggregate(
        total=Count("items"),
        done=Count("items", filter=Q(items__state=ItemState.DONE)),
        failed=Count("items", filter=Q(items__state=ItemState.FAILED)),
    )
    return Progress(**counted)


def jobs_of(user: User) -> QuerySet[Job]:
    """What somebody may see: a college its own people's jobs, the teaching office all."""
    if user.role in (Role.TEACHING, Role.ADMIN):
        return Job.objects.all()
    if user.role == Role.REVIEWER:
        return Job.objects.filter(
            requested_by__role=Role.REVIEWER, requested_by__college=user.college_id
        )
    return Job.objects.none()
