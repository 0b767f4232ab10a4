"""States of an uploaded file, and the groups its rows fall into."""

from portal.lib.labels import Labelled


class UploadState(Labelled):
    """How far a file has come."""

    UPLOADED = "uploaded", "待读取"
    READING = "reading", "读取中"
    MAPPING = "mapping", "待指认表头"
    PREVIEW = "preview", "待确认"
    WAITING = "waiting", "待复核"
    APPLYING = "applying", "入账中"
    APPLIED = "applied", "已入账"
    REFUSED = "refused", "没有读成"
    DISCARDED = "discarded", "已作废"


UPLOAD_MOVES = (
    (UploadState.UPLOADED, UploadState.READING),
    (UploadState.UPLOADED, UploadState.DISCARDED),
    (UploadState.READING, UploadState.PREVIEW),
    (UploadState.READING, UploadState.MAPPING),
    (UploadState.READING, UploadState.REFUSED),
    (UploadState.MAPPING, UploadState.READING),
    (UploadState.MAPPING, UploadState.DISCARDED),
    (UploadState.REFUSED, UploadState.READING),
    (UploadState.REFUSED, UploadState.DISCARDED),
    (UploadState.PREVIEW, UploadState.READING),
    (UploadState.PREVIEW, UploadState.WAITING),
    (UploadState.PREVIEW, UploadState.APPLYING),
    (UploadState.PREVIEW, UploadState.DISCARDED),
    (UploadState.WAITING, UploadState.PREVIEW),
    (UploadState.WAITING, UploadState.APPLYING),
    (UploadState.WAITING, UploadState.DISCARDED),
    (UploadState.APPLYING, UploadState.PREVIEW),  # stopped: what is done stays done
    (UploadState.APPLYING, UploadState.APPLIED),
)
UPLOAD_STARTS = (UploadState.UPLOADED,)


class EntryKind(Labelled):
    """What a row of a file is."""

    PAYMENT = "payment", "收款"
    REFUND = "refund", "退款"
    FAULT = "fault", "读不出"


class Group(Labelled):
    """What a row means for us: of a preview what will happen, of an outcome what did."""

    SETTLE = "settle", "将入账"
    LATE = "late", "迟到的款"
    SURPLUS = "surplus", "课程已不用缴"
    AMOUNT = "amount", "金额与订单不符"
    UNKNOWN = "unknown", "没有这个订单"
    TWICE = "twice", "重复缴费"
    CONFLICT = "conflict", "与已入账的不一致"
    OTHER_CHANNEL = "other", "其他渠道的订单"
    KNOWN = "known", "早已入账"
    DUPLICATE = "duplicate", "文件内重复"
    REFUND = "refund", "退款"
    STRAY = "stray", "退款对不上"
    REFUSED = "refused", "拒收"

    @property
    def done_label(self) -> str:
        """The word once the file is applied."""
        return "已入账" if self is Group.SETTLE else self.label


# Somebody of finance has to look at these; the others explain themselves.
DIFFERENCES = (
    Group.SURPLUS, Group.AMOUNT, Group.UNKNOWN, Group.TWICE, Group.CONFLICT, Group.OTHER_CHANNEL,
    Group.STRAY, Group.REFUSED,
)  # fmt: skip
# Nearly every row of a file is one of these: money we know, or waited for.
PLAIN = (Group.SETTLE, Group.KNOWN)
# A file with nothing else is applied without anybody looking, if the portal fetched it itself.
CLEAN = (Group.SETTLE, Group.LATE, Group.KNOWN, Group.DUPLICATE, Group.REFUND)


class Effect(Labelled):
    """What settling a row does with its money."""

    NONE = "", ""
    PAY = "pay", "记到课程"
    TAKE_OVER = "take_over", "记到课程，取代后来的一笔订单"
    PART = "part", "一部分记到课程，其余转为余款"
    KEEP = "keep", "转为余款，由财务处处理"
    PAID_BACK = "paid_back", "退费已到账"
    TAKEN_ON = "taken_on", "渠道已受理退费"
