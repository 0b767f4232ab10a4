"""The preview of a file: groups with sums, what confirming does, and what wants a look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from payments.reconcile import seen
from payments.reconcile.files.row import FileFormat
from payments.reconcile.models import RowOutcome, Upload, UploadRow
from payments.reconcile.pages import absent, pairs, words
from payments.reconcile.pages.blocks import FIRST, Block, blocks
from payments.reconcile.pages.desk import uploader_of
from payments.reconcile.pages.eyes import Eyes, eyes_of
from payments.reconcile.pages.notes import Note, Sums
from payments.reconcile.pages.pairs import Trouble
from payments.reconcile.selectors import uploads as selectors
from payments.reconcile.selectors.questions import questions
from payments.reconcile.selectors.uploads import GroupTotal
from payments.reconcile.states import Group, UploadState
from payments.wording import CHANNELS
from portal.accounts.models import User
from portal.lib.money import yuan
from portal.lib.status import Status, Tone

SEP = " · "
SETTLING = (Group.SETTLE, Group.LATE)
KEEPING = (Group.SURPLUS, Group.AMOUNT, Group.UNKNOWN, Group.TWICE)
BACK = (Group.REFUND, Group.STRAY)  # money that left: the file's own sum subtracts it
STAYING = (Group.KNOWN, Group.DUPLICATE, Group.OTHER_CHANNEL)


@dataclass(frozen=True)
class GroupLine:
    """A group as one line of the table."""

    status: Status
    count: int
    unit: str
    fen: int
    effect: str
    href: str


@dataclass(frozen=True)
class Total:
    """What a file comes to: what came in less what went back; ``parts`` says both, if both are."""

    fen: int
    parts: str


@dataclass(frozen=True)
class Fact:
    """One line of 确认后."""

    label: str
    count: int
    unit: str
    fen: int | None


@dataclass(frozen=True)
class Preview:
    """Everything the page says. ``absent``: what we have and the file has not."""

    heading: str
    source: str
    uploader: str
    groups: tuple[GroupLine, ...]
    rows: int
    total: Total
    checks: tuple[Note, ...]
    notes: tuple[Note, ...]
    effects: tuple[Fact, ...]
    absent: tuple[Note, ...]
    faults: tuple[Trouble, ...]
    fault_count: int
    blocks: tuple[Block, ...]
    settles: Sums
    button: str
    confirmer: str
    may_confirm: bool
    may_release: bool
    may_send_back: bool
    is_begun: bool  # stopped half-way: it can only be finished
    seen: str  # goes with the button: what this page shows
    effect_name: str


def preview(upload: Upload, viewer: User, now: datetime) -> Preview:
    """A file that waits to be confirmed or released; the same few statements whatever it holds."""
    totals = selectors.group_totals(upload)
    waits = upload.state == UploadState.WAITING
    own = upload.confirmed_by_id == viewer.pk
    settles, keeps = add(totals, SETTLING), add(totals, KEEPING)
    begun = rows_done(upload)
    return Preview(
        heading="等另一个人复核" if waits and own else "复核后入账" if waits else "核对后确认入账",
        source=source_of(upload),
        uploader=uploader_of(upload),
        groups=lines(upload, totals),
        rows=upload.row_count,
        total=total_of(upload, totals),
        checks=checks(upload),
        notes=(*_doubts(totals), *_begun(begun), *_fetched(upload, now), *_notes(upload)),
        effects=tuple(_effects(totals)),
        absent=tuple(absent.notes(upload, now)),
        faults=faults(upload, eyes_of(viewer)),
        fault_count=upload.fault_count,
        blocks=tuple(blocks(upload, totals, eyes_of(viewer))),
        settles=settles,
        button=_button(settles, keeps, add(totals, BACK)),
        confirmer=upload.confirmed_by.name if upload.confirmed_by else "系统",
        may_confirm=not waits,
        may_release=waits and not own,
        may_send_back=waits,
        is_begun=begun > 0,
        seen=seen.token(upload),
        effect_name="复核后" if waits else "确认后",
    )


def source_of(upload: Upload) -> str:
    """Whose table it is, and of which days."""
    known = upload.format in tuple(FileFormat)
    name = FileFormat(upload.format).label if known else "还没有认出格式"
    channel = CHANNELS.get(upload.channel, upload.channel) if upload.channel else ""
    days = _days(upload)
    whose = f"{name}（{channel}）" if channel else name
    return f"{whose}{SEP}{days}" if days else whose


def _days(upload: Upload) -> str:
    first, last = upload.first_day, upload.last_day
    if first is None or last is None:
        return ""
    if first == last:
        return f"{first:%Y-%m-%d}"
    return f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"


def add(totals: Sequence[GroupTotal], groups: Sequence[Group]) -> Sums:
    """The sum of some groups."""
    some = [total for total in totals if total.group in groups]
    return Sums(sum(total.count for total in some), sum(total.fen for total in some))


def lines(upload: Upload, totals: Sequence[GroupTotal]) -> tuple[GroupLine, ...]:
    """The groups of a file; what will happen, or what has."""
    done = upload.state == UploadState.APPLIED
    said = words.DID if done else words.WILL
    return tuple(
        GroupLine(
            status=words.settled(total.group) if done else words.GROUPS[total.group],
            count=total.count,
            unit="行" if total.group in (Group.REFUSED, Group.DUPLICATE) else "笔",
            fen=-total.fen if total.group in BACK else total.fen,
            effect=said[total.group],
            href=reverse("reconcile:rows", args=[upload.pk, total.group.value]),
        )
        for total in totals
    )


def total_of(upload: Upload, totals: Sequence[GroupTotal]) -> Total:
    """The sum of a file with its refunds subtracted, whatever group they are in."""
    back = upload.refund_fen
    paid = sum(total.fen for total in totals) - back
    return Total(paid - back, f"收款 {yuan(paid)}，退款 {yuan(back)}" if back else "")


def checks(upload: Upload) -> tuple[Note, ...]:
    """The totals that the file states, beside ours."""
    return tuple(_check(one) for one in upload.stated)


def _check(one: dict[str, object]) -> Note:
    stated, counted = int(str(one["stated"])), int(str(one["counted"]))
    label = f"{one.get('table') or '文件'}的{one['label']}"
    told, ours = (str(n) if one["is_count"] else yuan(n) for n in (stated, counted))
    if one["agrees"] is None:
        return Note(Tone.WAIT, "info", f"{label}写 {told}，有读不出的行，核不了")
    if one["agrees"]:
        return Note(Tone.DONE, "check", f"与{label} {told} 一致")
    return Note(Tone.STOP, "warn", f"{label}写 {told}，逐行加是 {ours}")


def faults(upload: Upload, eyes: Eyes) -> tuple[Trouble, ...]:
    """The first rows that could not be read."""
    if not upload.fault_count:
        return ()
    rows = UploadRow.objects.filter(upload=upload, group=Group.REFUSED).order_by("position")
    return tuple(pairs.troubles(rows[:FIRST], eyes))


def _button(settles: Sums, keeps: Sums, back: Sums) -> str:
    told = [f"入账 {settles.count} 笔"] if settles.count else []
    told += [f"记退款 {back.count} 笔"] if back.count else []
    if told:
        return f"确认{'，'.join(told)}"
    return f"确认，{keeps.count} 笔待处理" if keeps.count else "确认，没有要入账的"


def rows_done(upload: Upload) -> int:
    """How many rows were applied before somebody stopped it."""
    return RowOutcome.objects.filter(upload=upload).count() if upload.job_id else 0


def _begun(done: int) -> list[Note]:
    if not done:
        return []
    text = f"停下以前已有 {done} 行入账，这些行保留。确认后接着做其余的，不会重复。"
    return [Note(Tone.WAIT, "hour", text)]


def _doubts(totals: Sequence[GroupTotal]) -> list[Note]:
    """A file of somebody else's orders was perhaps sent by mistake."""
    unknown, known = add(totals, (Group.UNKNOWN,)), add(totals, (*SETTLING, Group.KNOWN))
    if unknown.count <= known.count:
        return []
    text = (
        f"{unknown.count} 笔对不上我方任何订单，比对得上的 {known.count} 笔还多。"
        "先看看是不是传错了文件，或是别的收费项目。"
    )
    return [Note(Tone.STOP, "warn", text)]


def _fetched(upload: Upload, now: datetime) -> list[Note]:
    """Why a statement that the portal fetched itself waits for a person."""
    if upload.day is None or upload.confirmed_at or upload.state != UploadState.PREVIEW:
        return []
    asked = questions(upload, now)
    if not asked:
        text = "系统取回的账单，没有要人看的。轮到它时会自动入账，也可以现在确认。"
        return [Note(Tone.BUSY, "refresh", text)]
    text = f"系统取回的账单，没有自动入账：{'；'.join(asked)}。看过再确认。"
    return [Note(Tone.WAIT, "info", text)]


def _notes(upload: Upload) -> list[Note]:
    found = []
    if selectors.is_of_no_day(upload):
        found.append(Note(Tone.WAIT, "cal", words.NO_DAY))
    if upload.totals_agree is False:
        text = "文件自己写的合计和逐行加起来的不一样，可能少了行或改过。先查清再确认。"
        found.append(Note(Tone.STOP, "warn", text))
    odd = UploadRow.objects.filter(Q(name_differs=True) | Q(number_differs=True), upload=upload)
    count = odd.count()
    if count:
        text = f"{count} 行的姓名或学号和订单上的不同；仍按订单号处理，请看一眼是不是代缴。"
        href = f"{reverse('reconcile:rows', args=[upload.pk, 'all'])}?warned=1"
        found.append(Note(Tone.WAIT, "info", text, href))
    if settings.RECONCILE_SECOND_PERSON and upload.state == UploadState.PREVIEW:
        text = "学校要求两个人：你确认后，由另一个人复核才入账。"
        found.append(Note(Tone.BUSY, "user", text))
    return found


def _effects(totals: Sequence[GroupTotal]) -> list[Fact]:
    settles, keeps, stays = (add(totals, some) for some in (SETTLING, KEEPING, STAYING))
    conflicts, refunds = add(totals, (Group.CONFLICT,)), add(totals, (Group.REFUND,))
    refused = add(totals, (Group.REFUSED,))
    found = [
        Fact("入账", settles.count, "笔", settles.fen),
        Fact("待处理余款", keeps.count, "笔", keeps.fen),
        Fact("冲突", conflicts.count, "笔", conflicts.fen),
        Fact("退款", refunds.count, "笔", refunds.fen),
        Fact("不变", stays.count, "笔", None),
        Fact("读不出", refused.count, "行", None),
    ]
    return [fact for fact in found if fact.count or fact.label == "入账"]
