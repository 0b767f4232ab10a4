"""What a kind of job has to bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from portal.jobs.models import Job


@dataclass(frozen=True)
class Outcome:
    """What became of one item; ``note`` is a sentence for people."""

    ok: bool
    result: str = ""
    note: str = ""


class Runner(Protocol):
    """Does the work of one kind. A chunk may be run again after a kill: be idempotent."""

    chunk: int  # items taken at a time

    def run(self, job: Job, keys: Sequence[str], now: datetime) -> Mapping[str, Outcome]:
        """Work on these items; one outcome for each key."""

    def finish(self, job: Job, now: datetime) -> dict[str, str]:
        """Put the results together: name people read → path in storage."""


def runner_of(kind: str) -> Runner:
    """The runner of a kind, from ``settings.JOB_RUNNERS``."""
    return cast("Runner", import_string(settings.JOB_RUNNERS[kind])())
