"""Writing an application that was checked: the row, its sources, its files, its hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from credits import rules
from credits.attachments import Cleaned
from credits.models import Application, ApplicationSource, Attachment
from credits.rules import Case, Finding, Source
from credits.rules.frozen import case_to_json, findings_to_json
from credits.situation import Situation
from credits.states import APPLICATION_MOVES, ApplicationState
from portal.calendar.services import add_working_days
from portal.lib import workflow
from portal.lib.errors import DomainError
from portal.lib.moments import day
from portal.records.services import ledger

_WRITTEN = (
    "state",
    "term",
    "rule_set",
    "case",
    "findings",
    "is_clean",
    "needs_second",
    "accepts_shortfall",
    "accepts_retake",
    "seen_attempt",
    "first_by",
    "asked_at",
    "note",
    "submitted_at",
    "due_on",
    "version",
)


@dataclass(frozen=True)
class Filing:
    """What a student files: one course, keys of sources, new files, ids of files to keep.

    ``seen_rules``: the rule set whose figures were on his page; None where nobody looked at one.
    """

    target_id: int
    keys: tuple[str, ...]
    files: tuple[Cleaned, ...] = ()
    kept: tuple[int, ...] = ()
    accepts_shortfall: bool = False
    accepts_retake: bool = False
    seen_rules: int | None = None


@dataclass(frozen=True)
class Checked:
    """A filing with everything it was judged by; ``row`` is locked, or new and not yet stored."""

    row: Application
    is_new: bool
    filing: Filing
    known: Situation
    case: Case
    findings: tuple[Finding, ...]


def write(checked: Checked, state: ApplicationState, now: datetime) -> Application:
    """Store the application in ``state`` with sources and files. Holds nothing yet."""
    row = checked.row
    if not checked.is_new and row.state != state:
        workflow.require(APPLICATION_MOVES, row.state, state, "这份申请现在不能修改。")
    _fill(checked, state)
    if state is ApplicationState.PENDING:
        row.submitted_at, row.due_on = now, due_on(now)
    if checked.is_new:
        row.created_at = now
        row.save(force_insert=True)
    else:
        row.version += 1
        row.save(update_fields=_WRITTEN)
        row.attachments.filter(replaced_at=None).exclude(pk__in=checked.filing.kept).update(
            replaced_at=now
        )
    _write_sources(row, checked.case.sources)
    add_files(row, checked.filing.files, now)
    return row


def _fill(checked: Checked, state: ApplicationState) -> None:
    row, known, case = checked.row, checked.known, checked.case
    if known.term_id is None or known.rule_set_id is None:
        raise DomainError("term.none", "现在没有可以申请的学期。", advice="问教学部。")
    row.state = state.value
    row.term_id, row.rule_set_id = known.term_id, known.rule_set_id
    row.case, row.findings = case_to_json(case), findings_to_json(checked.findings)
    row.is_clean = rules.clean(checked.findings)
    row.needs_second = rules.needs_second(case, known.rules)
    row.accepts_shortfall = checked.filing.accepts_shortfall
    row.accepts_retake = checked.filing.accepts_retake
    row.seen_attempt = known.newest_attempt
    row.first_by = row.asked_at = None
    row.note = ""


def _write_sources(row: Application, sources: Sequence[Source]) -> None:
    row.sources.all().delete()
    ApplicationSource.objects.bulk_create(
        ApplicationSource(
            application=row,
            course_id=_id(one.key, "course"),
            other_id=_id(one.key, "other"),
            kind=one.kind.value,
            title=one.title,
            result=one.result,
            credit_hours=one.credit_hours,
        )
        for one in sources
    )


def _id(key: str, table: str) -> int | None:
    kind, _, number = key.partition(":")
    return int(number) if kind == table else None


def add_files(row: Application, files: Sequence[Cleaned], now: datetime) -> None:
    """Store cleaned files after those that are there; older ones keep their names."""
    number = row.attachments.count()
    for serial, cleaned in enumerate(files, number + 1):
        stored = Attachment.objects.create(
            application=row,
            file=cleaned.file(),
            name=f"附件 {serial}.{cleaned.kind.value}",
            kind=cleaned.kind.value,
            size=len(cleaned.content),
            pages=cleaned.pages,
            drawn=len(cleaned.drawn),
            sha256=cleaned.sha256,
            look=cleaned.look,
            bands=cleaned.bands,
            uploaded_at=now,
        )
        for page, picture in enumerate(cleaned.drawn, 1):
            stored.file.storage.save(stored.page_name(page), ContentFile(picture))


def due_on(now: datetime) -> date:
    """The last day of a review that begins now: ``EXCHANGE_REVIEW_DAYS`` working days."""
    return add_working_days(timezone.localdate(now), settings.EXCHANGE_REVIEW_DAYS).date


def awaits(row: Application, now: datetime) -> str:
    """Who has it, and until when."""
    until = f"，{day(row.due_on, timezone.localdate(now))}前给结果" if row.due_on else ""
    return f"由{row.student.college.name}审核{until}。审核期间学分为它留住，不能修改或删除。"


def hold(row: Application, actor_id: int | None, now: datetime) -> None:
    """Keep the sources for this application (``credit.taken``)."""
    ledger.hold(purpose(row, actor_id), pieces(row), now)


def purpose(row: Application, actor_id: int | None, reason: str = "") -> ledger.Purpose:
    """How the ledger is told of this application."""
    return ledger.Purpose(row.student_id, row.target_id, row.reference, actor_id, reason)


def pieces(row: Application) -> list[ledger.Piece]:
    """Its sources as the ledger takes them."""
    return [
        ledger.Piece(one.course_id, one.other_id, one.credit_hours) for one in row.sources.all()
    ]
