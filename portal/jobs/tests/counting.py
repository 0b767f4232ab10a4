"""A runner for tests: counts, fails for bad keys, dies when told to."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from portal.jobs.models import Job
from portal.jobs.runners import Outcome

CHUNK = 3


class Killed(BaseException):
    """What a kill looks like from inside."""


class CountingRunner:
    """``params["dies_at"]`` names the key at which the worker is killed, once."""

    chunk = CHUNK

    def run(self, job: Job, keys: Sequence[str], now: datetime) -> Mapping[str, Outcome]:  # noqa: ARG002 -- the protocol
        if job.params.get("dies_at") in keys:
            raise Killed
        return {key: Outcome(ok=not key.startswith("bad"), result=f"of {key}") for key in keys}

    def finish(self, job: Job, now: datetime) -> dict[str, str]:  # noqa: ARG002 -- the protocol
        return {"结果": f"{job.items.exclude(result='').count()}"}
