"""Looking again at what an application stands on, and returning it when that is gone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from credits import rules
from credits.ground import ground_of
from credits.models import Application
from credits.rules import Case, Finding, Rules
from credits.selectors.rule_sets import NO_RULES, rules_by_id, rules_by_ids
from credits.selectors.situations import situation, situations
from credits.services import trace, writing
from credits.situation import Situation
from credits.states import APPLICATION_MOVES, ApplicationState, EventKind
from portal.lib import workflow
from portal.records.services import ledger


def look_again(
    row: Application, now: datetime, given: Rules
) -> tuple[Case | None, tuple[Finding, ...]]:
    """The case as it is today, and what the rules it was filed under say of it.

    No case where the student's record does not know the course any more. Three statements.
    """
    return _judged(row, situation(row.student_id, now, given))


def findings_of(rows: Sequence[Application], now: datetime) -> dict[int, tuple[Finding, ...]]:
    """What their rules say of many today, by application; rows with sources and attachments.

    Four statements.
    """
    given = rules_by_ids({row.rule_set_id for row in rows})
    known = situations({row.student_id for row in rows}, now, NO_RULES)
    return {
        row.pk: _judged(row, replace(known[row.student_id], rules=given[row.rule_set_id]))[1]
        for row in rows
    }


def _judged(row: Application, known: Situation) -> tuple[Case | None, tuple[Finding, ...]]:
    course = known.course_of(row.pk)
    if course is None:
        return None, (_gone("兑换课程"),)
    keys = [one.key for one in known.claims if one.reference == row.reference]
    case = ground_of(known, but=row.pk).case(
        course,
        keys,
        attachments=sum(one.replaced_at is None for one in row.attachments.all()),
        accepts_shortfall=row.accepts_shortfall,
    )
    lost = (_gone("一项学分"),) if len(case.sources) < len(keys) else ()
    return case, (*lost, *rules.check(case, known.rules))


def findings_now(row: Application, now: datetime) -> tuple[Finding, ...]:
    """What the rules it was filed under say today."""
    return look_again(row, now, rules_by_id(row.rule_set_id))[1]


def returned_by_itself(row: Application, now: datetime) -> bool:
    """Return a locked pending application that the record no longer carries."""
    stops = rules.stops(findings_now(row, now))
    if not stops:
        return False
    write_returned(row, f"{stops[0].sentence}系统自动退回。", None, now, stops)
    return True


def write_returned(
    row: Application,
    reason: str,
    actor_id: int | None,
    now: datetime,
    findings: tuple[Finding, ...] = (),
) -> None:
    """Give the credits back and leave the application to the student; the row is locked."""
    workflow.require(
        APPLICATION_MOVES, row.state, ApplicationState.RETURNED, "这份申请现在不能退回。"
    )
    row.state, row.note = ApplicationState.RETURNED.value, reason[:200]
    ledger.release(writing.purpose(row, actor_id, row.note), writing.pieces(row), now)
    row.first_by = row.asked_at = None
    row.version += 1
    row.save(update_fields=["state", "note", "first_by", "asked_at", "version"])
    event = trace.record(
        row, EventKind.RETURNED, actor_id=actor_id, now=now, reason=row.note, findings=findings
    )
    body = f"{row.note}留住的学分已放回，可以修改后重新提交，或者删除。"
    trace.tell(row, event, f"{row.target.name}的兑换申请被退回", body)


def _gone(what: str) -> Finding:
    fact = f"{what}在教务记录里已经没有了。"
    return Finding("gone", rules.Level.STOP, "教务记录", fact)
