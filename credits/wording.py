"""What every state of an application looks like: chip and sentence, here and nowhere else."""

from datetime import datetime

from django.utils import timezone

from credits.models import Application
from credits.states import ApplicationState, EventKind
from portal.lib.moments import day
from portal.lib.status import Status, Tone

STATUSES = {
    ApplicationState.DRAFT: Status(Tone.TODO, "pen", "无流程"),
    ApplicationState.PENDING: Status(Tone.BUSY, "school", "审核中"),
    ApplicationState.RETURNED: Status(Tone.STOP, "back", "退回"),
    ApplicationState.APPROVED: Status(Tone.DONE, "check", "审核通过"),
    ApplicationState.REJECTED: Status(Tone.STOP, "stop", "不通过"),
    ApplicationState.REVOKED: Status(Tone.STOP, "back", "已撤销"),
}
ASKED = Status(Tone.TODO, "upload", "要补材料")
SECOND = Status(Tone.BUSY, "school", "教学部再审")
EVENTS = {
    EventKind.DRAFTED: Status(Tone.IDLE, "pen", "存为草稿"),
    EventKind.SUBMITTED: Status(Tone.DONE, "check", "提交申请"),
    EventKind.RESUBMITTED: Status(Tone.DONE, "check", "修改后重新提交"),
    EventKind.ASKED: Status(Tone.WAIT, "upload", "学院要求补材料"),
    EventKind.SUPPLIED: Status(Tone.DONE, "check", "补交材料"),
    EventKind.AGREED: Status(Tone.DONE, "check", "二级学院同意，转教学部再审"),
    EventKind.APPROVED: Status(Tone.DONE, "check", "审核通过，流程结束"),
    EventKind.RETURNED: Status(Tone.STOP, "back", "退回"),
    EventKind.REJECTED: Status(Tone.STOP, "stop", "不通过"),
    EventKind.REVOKED: Status(Tone.STOP, "back", "教学部撤销兑换"),
    EventKind.DELETED: Status(Tone.IDLE, "idle", "删除"),
}


def status_of(row: Application) -> Status:
    """The chip of one application."""
    state = ApplicationState(row.state)
    if state is ApplicationState.PENDING and row.asked_at:
        return ASKED
    if state is ApplicationState.PENDING and row.first_by_id:
        return SECOND
    return STATUSES[state]


def sentence_of(row: Application, now: datetime, college: str) -> str:
    """What the state means for the student of this college, and what comes next."""
    state = ApplicationState(row.state)
    if state is ApplicationState.PENDING:
        return _pending(row, now, college)
    return {
        ApplicationState.DRAFT: "还没有提交，学分没有留住。",
        ApplicationState.RETURNED: "学分已放回。改好可以重新提交，不要了可以删除。",
        ApplicationState.APPROVED: "成绩已记为兑换通过，成绩单已更新。",
        ApplicationState.REJECTED: "学分已放回，这份申请结束。",
        ApplicationState.REVOKED: "课程恢复为不及格，学分已放回。",
    }[state]


def _pending(row: Application, now: datetime, college: str) -> str:
    if row.asked_at:
        return "学院要你补材料，学分继续留住。补上后接着审核。"
    today = timezone.localdate(now)
    office = "教学部" if row.first_by_id else college
    if row.due_on is None:
        return f"{office}正在审核。"
    if row.due_on < today:
        return f"{office}应在 {day(row.due_on, today)}前给结果，已经超过，可以打电话问。"
    return f"{office}会在 {day(row.due_on, today)}前给结果，到时发站内消息给你。"
