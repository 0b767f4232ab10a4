"""What can happen to a row, and what happens to somebody's data."""

from portal.lib.labels import Labelled


class Operation(Labelled):
    """What was done to a row."""

    INSERT = "insert", "新增"
    UPDATE = "update", "修改"
    DELETE = "delete", "删除"


class Way(Labelled):
    """How somebody came to see personal data."""

    LOOK = "look", "查看"
    FILE = "file", "导出"


class Reason(Labelled):
    """What for. ``WORK`` is what the page itself is for; the others are chosen."""

    WORK = "work", "办理业务"
    CONTACT = "contact", "联系学生或教师"
    CHECK = "check", "核对身份和信息"
    TEACHING = "teaching", "教学安排"
    REPORT = "report", "检查、审计、统计上报"
    ASKED = "asked", "本人要求"
    OTHER = "other", "其他"


CHOSEN = tuple(reason for reason in Reason if reason is not Reason.WORK)
