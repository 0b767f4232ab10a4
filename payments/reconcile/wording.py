"""Words about files and differences that services and pages share."""

from datetime import datetime

from payments.reconcile.models import Upload
from payments.reconcile.states import UploadState
from portal.accounts.models import User
from portal.lib.moments import moment

BY_PORTAL = "系统"
NOT_AGAIN = "这一步没有再做，账没有动。"
NO_DIFFERENCE = "这笔收款现在不是差异：账单里已经有它，或到账还不到两天。"
_AFTER_YES = {
    UploadState.WAITING: "等复核",
    UploadState.APPLYING: "正在入账",
    UploadState.APPLIED: "已入账",
}
_ALONE = {
    UploadState.UPLOADED: "还在排队读取",
    UploadState.READING: "正在读取",
    UploadState.MAPPING: "在等人指出各列",
    UploadState.PREVIEW: "在等确认",
    UploadState.REFUSED: "没有读成",
}


def who(user: User | None) -> str:
    """Who did it; nobody is the portal itself."""
    return user.name if user else BY_PORTAL


def handled(user: User | None, at: datetime, now: datetime) -> str:
    """What the second clerk is told."""
    return f"已由{who(user)}于 {moment(at, now)} 处理"


def standing(upload: Upload, now: datetime) -> str:
    """How far a file has come and who took it there, for whoever is second:
    ``这个文件已由李会计于 14:52 确认，正在入账。``
    """
    state = UploadState(upload.state)
    if state in _ALONE:
        return f"这个文件{_ALONE[state]}。"
    if state is UploadState.DISCARDED:
        return f"这个文件已由{_by(upload.discarded_by, upload.discarded_at, now)}作废。"
    if upload.released_at:
        told = f"{_by(upload.released_by, upload.released_at, now)}复核通过"
    else:
        told = f"{_by(upload.confirmed_by, upload.confirmed_at, now)}确认"
    return f"这个文件已由{told}，{_AFTER_YES[state]}。"


def _by(user: User | None, at: datetime | None, now: datetime) -> str:
    return f"{who(user)}于 {moment(at, now)} " if at else who(user)
