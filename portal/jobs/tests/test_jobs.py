"""Jobs: every item once, whatever is killed, cancelled or started twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import InternalError, transaction

from portal.accounts.models import User
from portal.jobs import services
from portal.jobs.models import Job
from portal.jobs.selectors import progress
from portal.jobs.states import ItemState, JobState
from portal.jobs.tests.counting import Killed
from portal.lib.errors import DomainError

NOW = datetime(2025, 4, 23, 14, 31, tzinfo=ZoneInfo("Asia/Shanghai"))
LATER = NOW + services.LEASE + timedelta(seconds=1)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


@pytest.fixture
def begin(db: None, settings: Any) -> Callable[..., Job]:
    settings.JOB_RUNNERS = {"count": "portal.jobs.tests.counting.CountingRunner"}
    user = User.objects.create(username="t1", name="周慧", role="teaching")

    def make(*keys: str, **params: str) -> Job:
        return services.start(
            kind="count", title="数数", params=params, keys=keys, user_id=user.pk, now=NOW
        )

    return make


def states(job: Job) -> list[str]:
    return list(job.items.values_list("state", flat=True))


def test_every_item_is_done_and_results_put_together(begin: Callable[..., Job]) -> None:
    job = begin("a", "b", "c", "d", "bad e")
    assert services.work(job.pk, at(NOW)) == 5
    job.refresh_from_db()
    assert (job.state, job.files, job.finished_at) == (JobState.DONE, {"结果": "5"}, NOW)
    assert states(job) == [ItemState.DONE] * 4 + [ItemState.FAILED]
    assert progress(job.pk).left == 0


def test_killed_worker_leaves_its_chunk_to_others(begin: Callable[..., Job]) -> None:
    job = begin("a", "b", "c", "d", dies_at="d")
    with pytest.raises(Killed):
        services.work(job.pk, at(NOW))
    Job.objects.filter(pk=job.pk).update(params={})
    assert services.work(job.pk, at(NOW)) == 0  # the lease of the dead still runs
    assert services.orphaned(NOW) == []
    assert services.orphaned(LATER) == [job.pk]
    assert services.work(job.pk, at(LATER)) == 1
    job.refresh_from_db()
    assert (job.state, job.files) == (JobState.DONE, {"结果": "4"})


def test_item_that_ends_its_worker_is_left_out(begin: Callable[..., Job]) -> None:
    """It is tried alone, after the others, and given up; continuing tries it once more."""
    job = begin("a", "b", "c", "d", dies_at="b")
    moment = NOW
    for _ in range(services.MOST_TRIES):
        with pytest.raises(Killed):
            services.work(job.pk, at(moment))
        moment += services.LEASE + timedelta(seconds=1)
    services.work(job.pk, at(moment))
    job.refresh_from_db()
    assert (job.state, job.files) == (JobState.DONE, {"结果": "3"})
    given_up = job.items.get(state=ItemState.FAILED)
    assert (given_up.key, given_up.note) == ("b", services.GIVEN_UP)
    Job.objects.filter(pk=job.pk).update(params={})
    services.resume(job.pk, moment)
    assert services.work(job.pk, at(moment)) == 1
    assert states(job) == [ItemState.DONE] * 4


def test_cancelled_job_stops_and_goes_on(begin: Callable[..., Job]) -> None:
    job = begin("a", "b")
    services.cancel(job.pk)
    assert services.work(job.pk, at(NOW)) == 0
    assert services.orphaned(LATER) == []
    services.resume(job.pk, NOW)
    assert services.work(job.pk, at(NOW)) == 2


def test_resuming_a_finished_job_tries_what_failed(begin: Callable[..., Job]) -> None:
    job = begin("a", "bad b")
    services.work(job.pk, at(NOW))
    services.resume(job.pk, LATER)
    assert states(job) == [ItemState.DONE, ItemState.WAITING]
    assert services.work(job.pk, at(LATER)) == 1


def test_running_job_is_not_resumed(begin: Callable[..., Job]) -> None:
    with pytest.raises(DomainError, match=r"state\.illegal"):
        services.resume(begin("a").pk, NOW)


def test_job_without_items_is_refused(begin: Callable[..., Job]) -> None:
    with pytest.raises(DomainError, match=r"job\.empty"):
        begin()


def test_database_refuses_a_job_born_done(begin: Callable[..., Job]) -> None:
    user = begin("a").requested_by
    with pytest.raises(InternalError), transaction.atomic():
        Job.objects.create(
            kind="count",
            title="x",
            params={},
            state=JobState.DONE,
            requested_by=user,
            requested_at=NOW,
            seen_at=NOW,
        )
