"""What a replay has found so far."""

from collections import Counter
from dataclasses import dataclass

from django.core.paginator import Page, Paginator

from credits.models import ReplayDifference
from credits.replay import Outcome
from credits.selectors.rule_sets import frozen_rules
from portal.jobs.models import Job
from portal.jobs.selectors import Progress, progress
from portal.jobs.states import ItemState, JobState

KIND = "exchange-replay"
PAGE = 50


@dataclass(frozen=True)
class Replay:
    """A replay with its table; ``counts`` in the order of ``Outcome``, without empty ones.

    ``is_stale``: the draft was changed since.
    """

    job: Job
    progress: Progress
    looked_at: int
    counts: tuple[tuple[Outcome, int], ...]
    differences: Page[ReplayDifference]
    is_stale: bool

    @property
    def is_running(self) -> bool:
        return self.job.state == JobState.RUNNING

    @property
    def different(self) -> int:
        return sum(number for one, number in self.counts if one is not Outcome.SAME)


def last_replay(rule_set_id: int, outcome: str = "", number: int = 1) -> Replay | None:
    """The newest replay of a rule set. ``outcome`` narrows the table, ``number`` is its page."""
    jobs = Job.objects.filter(kind=KIND, params__rule_set=rule_set_id)
    job = jobs.select_related("requested_by").order_by("-id").first()
    if job is None:
        return None
    counted = _counted(job)
    return Replay(
        job=job,
        progress=progress(job.pk),
        looked_at=sum(counted.values()),
        counts=tuple((one, counted[one]) for one in Outcome if counted[one]),
        differences=_page(job, outcome, number),
        is_stale=job.params["rules"] != frozen_rules(rule_set_id),
    )


def _counted(job: Job) -> Counter[Outcome]:
    found: Counter[Outcome] = Counter()
    for result in job.items.filter(state=ItemState.DONE).values_list("result", flat=True):
        found.update(dict(zip(Outcome, map(int, result.split(",")), strict=True)))
    return found


def _page(job: Job, outcome: str, number: int) -> Page[ReplayDifference]:
    rows = ReplayDifference.objects.filter(job=job)
    if outcome in set(Outcome):
        rows = rows.filter(outcome=outcome)
    shown = rows.select_related("application__student", "application__target")
    lean = shown.defer("application__case", "application__findings")
    return Paginator(lean, PAGE).get_page(number)
