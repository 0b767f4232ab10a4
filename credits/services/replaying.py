"""Replaying past applications under a rule set: a runner of ``portal.jobs``.

An item is a stretch of ids (``1-500``); its result counts them in the order of
``Outcome`` (``480,20,0,…``). What
differs is a row, what does not is only counted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import QuerySet

from credits.models import Application, ReplayDifference, RuleSet
from credits.replay import Outcome, Past, Verdict, judge
from credits.rules import Rules
from credits.rules.frozen import case_from_json, findings_from_json
from credits.selectors.replays import KIND
from credits.selectors.rule_sets import frozen_rules, rules_from
from credits.services.publishing import PERMISSION
from credits.states import ApplicationState
from portal.accounts.models import User
from portal.jobs import services as jobs
from portal.jobs.models import Job
from portal.jobs.runners import Outcome as Done
from portal.lib.errors import DomainError, NotYours
from portal.lib.sheets import write_sheet

STRETCH = 500  # applications an item; a kill repeats at most as many
FILE = "试算差异.xlsx"
HEADER = ("编号", "学号", "兑换课程", "现状", "新规则下", "原因")


def start(*, rule_set_id: int, staff: User, now: datetime) -> Job:
    """Write the job; ``jobs.work`` or a worker does it.

    Refused: ``rules.forbidden``, ``replay.nothing`` before the first application; ``NotYours``.
    """
    if not staff.has_perm(PERMISSION):
        raise DomainError("rules.forbidden", "你没有发布兑换规则的权限。", status=403)
    row = RuleSet.objects.filter(pk=rule_set_id).first()
    if row is None:
        raise NotYours("没有找到这版规则。")
    keys = list(_stretches())
    if not keys:
        raise DomainError("replay.nothing", "还没有提交过的申请，没有可以试算的。")
    return jobs.start(
        kind=KIND,
        title=f"试算：{row.name}",
        params={"rule_set": row.pk, "rules": frozen_rules(row.pk)},
        keys=keys,
        user_id=staff.pk,
        now=now,
    )


def _stretches() -> Iterator[str]:
    ids = list(_submitted().order_by("id").values_list("id", flat=True))
    for at in range(0, len(ids), STRETCH):
        some = ids[at : at + STRETCH]
        yield f"{some[0]}-{some[-1]}"


class Replaying:
    """The runner; a stretch that is run twice leaves the same rows."""

    chunk = 1

    def run(self, job: Job, keys: Sequence[str], now: datetime) -> Mapping[str, Done]:
        """Judge every stretch under the rules the job was started with."""
        del now
        given = rules_from(job.params["rules"])
        return {key: _stretch(job, key, given) for key in keys}

    def finish(self, job: Job, now: datetime) -> dict[str, str]:
        """The differences as a workbook, where there are any."""
        rows = ReplayDifference.objects.filter(job=job)
        if not rows.exists():
            return {}
        content = ContentFile(write_sheet(HEADER, _lines(job)))
        name = f"credits/replays/{job.pk}/{now:%Y%m%d%H%M%S}.xlsx"
        return {FILE: default_storage.save(name, content)}


def _stretch(job: Job, key: str, given: Rules) -> Done:
    first, _, last = key.partition("-")
    verdicts = [judge(one, given) for one in _pasts(_submitted().filter(id__range=(first, last)))]
    different = [one for one in verdicts if one.outcome is not Outcome.SAME]
    ReplayDifference.objects.bulk_create(
        [_row(job, one) for one in different], ignore_conflicts=True
    )
    counted = Counter(one.outcome for one in verdicts)
    return Done(ok=True, result=",".join(str(counted[one]) for one in Outcome))


def _submitted() -> QuerySet[Application]:
    return Application.objects.filter(submitted_at__isnull=False)


def _pasts(rows: QuerySet[Application]) -> Iterator[Past]:
    for pk, case, found, second in rows.values_list("id", "case", "findings", "needs_second"):
        yield Past(pk, case_from_json(case), findings_from_json(found), second)


def _row(job: Job, verdict: Verdict) -> ReplayDifference:
    return ReplayDifference(
        job=job,
        application_id=verdict.application_id,
        outcome=verdict.outcome.value,
        why="\n".join(verdict.why),
    )


def _lines(job: Job) -> Iterator[tuple[str, ...]]:
    rows = ReplayDifference.objects.filter(job=job).select_related(
        "application__student", "application__target"
    )
    shown = rows.defer("application__case", "application__findings")
    for row in shown.iterator(chunk_size=1000):
        application = row.application
        yield (
            application.number,
            application.student.number,
            application.target.name,
            ApplicationState(application.state).label,
            Outcome(row.outcome).label,
            row.why.replace("\n", " "),
        )
