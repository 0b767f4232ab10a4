"""Rounds: copied from the last, published when complete, archived when over."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.lib import workflow
from portal.lib.errors import DomainError, NotYours
from portal.records.models import AcademicTerm
from retake.models import Round
from retake.models.rounds import REQUIRED
from retake.services import windows
from retake.states import ROUND_MOVES, FeePolicy, RoundState

# What a new round takes over from the last; its dates are its own.
COPIED = (
    "notice",
    "rule_set_id",
    "fee_policy",
    "fee_unit_fen",
    "fee_practice_fen",
    "free_attempts",
    "guidance_days",
    "college_days",
)


def copy_last(*, term: AcademicTerm) -> Round:
    """A draft for ``term`` with everything of the last round but its dates."""
    last = Round.objects.order_by("-id").first()
    taken = {name: getattr(last, name) for name in COPIED} if last else {}
    number = Round.objects.filter(term=term).count() + 1
    return Round.objects.create(term=term, name=f"{term} 重修第 {number} 轮", **taken)


def publish(*, round_id: int, staff: User, now: datetime) -> Round:
    """Show a round to students. Refused (``round.incomplete``) with everything that is missing."""
    if not staff.has_perm("retake.publish_round"):
        raise DomainError("round.forbidden", "你没有发布重修轮次的权限。", status=403)
    with transaction.atomic():
        row = _there(_all_locked().get(round_id))
        if row.state == RoundState.PUBLISHED:
            return row
        workflow.require(ROUND_MOVES, row.state, RoundState.PUBLISHED, "归档的轮次不能再发布。")
        problems = contradictions(row)
        if problems:
            raise DomainError("round.incomplete", f"还不能发布：{'；'.join(problems)}。")
        row.state, row.published_at, row.published_by = RoundState.PUBLISHED.value, now, staff
        row.save(update_fields=["state", "published_at", "published_by"])
    return row


def archive(*, round_id: int, staff: User) -> Round:
    """Put a round away; its enrolments stay where they are."""
    if not staff.has_perm("retake.publish_round"):
        raise DomainError("round.forbidden", "你没有归档重修轮次的权限。", status=403)
    with transaction.atomic():
        row = _there(Round.objects.select_for_update(no_key=True).filter(pk=round_id).first())
        if row.state == RoundState.ARCHIVED:
            return row
        workflow.require(ROUND_MOVES, row.state, RoundState.ARCHIVED, "草稿不用归档，删除即可。")
        row.state = RoundState.ARCHIVED.value
        row.save(update_fields=["state"])
    return row


def _there(row: Round | None) -> Round:
    if row is None:
        raise NotYours("没有找到这一轮。")
    return row


@transaction.atomic
def revise(row: Round, changed: Collection[str], now: datetime) -> int:
    """Save these fields of a round; a published notice that changes becomes a new version.

    Everybody has to read the new version; who enrolled hears of dates that moved, and how many
    they are is returned. Nothing changed means nothing is written.
    """
    if not changed:
        return 0
    before = windows.dates_of(row)
    fields = list(changed)
    if "notice" in changed and row.state == RoundState.PUBLISHED:
        row.notice_version += 1
        fields.append("notice_version")
    row.save(update_fields=fields)
    return windows.tell_moved(row, before, now)


def contradictions(row: Round) -> list[str]:
    """What keeps ``row`` from being shown: missing values, else dates that do not fit.

    Locks all rounds, so that two saved or published at once cannot overlap; runs in a transaction.
    """
    others = _all_locked().values()
    return missing(row) or [*disorder(row), *overlaps(row, others)]


def missing(row: Round) -> list[str]:
    """What a round still lacks, in the words of its form."""
    labels = [label for name, label in REQUIRED.items() if getattr(row, name) in (None, "")]
    if row.fee_policy == FeePolicy.FLAT_BY_MODE and row.fee_practice_fen is None:
        labels.append("实践课定额")
    return [f"缺{label}" for label in labels]


def disorder(row: Round) -> list[str]:
    """Dates of a complete round that contradict each other."""
    moments = (
        (row.enrol_opens_at, row.enrol_closes_at, "报名截止要晚于报名开始"),
        (row.pay_opens_at, row.pay_closes_at, "缴费截止要晚于缴费开始"),
        (row.enrol_closes_at, row.pay_closes_at, "缴费截止不能早于报名截止"),
    )
    days = (
        (_local_day(row.pay_closes_at), row.verify_on, "核实不能早于缴费截止"),
        (row.reconcile_on, row.verify_on, "核实不能早于对账"),
        (row.verify_on, row.college_deadline, "学院落实期限不能早于核实"),
    )
    found = [words for first, last, words in moments if first and last and first > last]
    return found + [words for first, last, words in days if first and last and first > last]


def overlaps(row: Round, others: Iterable[Round]) -> list[str]:
    """Published rounds that take enrolments at the same time: students are shown one round."""
    return [
        f"报名时间与“{other.name}”重叠"
        for other in others
        if other.state == RoundState.PUBLISHED
        and other.pk != row.pk
        and _meet(_window(row), _window(other))
    ]


def _all_locked() -> dict[int, Round]:
    return {row.pk: row for row in Round.objects.select_for_update().order_by("pk")}


def _window(row: Round) -> tuple[datetime, datetime] | None:
    if row.enrol_opens_at is None or row.enrol_closes_at is None:
        return None
    return row.enrol_opens_at, row.enrol_closes_at


def _meet(one: tuple[datetime, datetime] | None, other: tuple[datetime, datetime] | None) -> bool:
    return one is not None and other is not None and one[0] <= other[1] and other[0] <= one[1]


def _local_day(value: datetime | None) -> date | None:
    return timezone.localdate(value) if value else None
