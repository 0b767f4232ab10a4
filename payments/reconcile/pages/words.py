"""What files, groups and days look like to a clerk: tone, icon and word, here and nowhere else."""

from payments.reconcile.states import Effect, Group, UploadState
from portal.lib.status import Status, Tone

UPLOADS = {
    UploadState.UPLOADED: Status(Tone.BUSY, "hour", "排队读取"),
    UploadState.READING: Status(Tone.BUSY, "refresh", "正在读取"),
    UploadState.MAPPING: Status(Tone.TODO, "pen", "等你指出各列"),
    UploadState.PREVIEW: Status(Tone.TODO, "search", "等你确认"),
    UploadState.WAITING: Status(Tone.WAIT, "hour", "等复核"),
    UploadState.APPLYING: Status(Tone.BUSY, "refresh", "正在入账"),
    UploadState.APPLIED: Status(Tone.DONE, "check", "已入账"),
    UploadState.REFUSED: Status(Tone.STOP, "stop", "没有读成"),
    UploadState.DISCARDED: Status(Tone.IDLE, "idle", "已作废"),
}

_SETTLED = Status(Tone.DONE, "check", "已入账")
GROUPS = {
    Group.SETTLE: Status(Tone.DONE, "check", "将入账"),
    Group.LATE: Status(Tone.WAIT, "clock", "晚到"),
    Group.SURPLUS: Status(Tone.STOP, "warn", "课程已不用缴"),
    Group.AMOUNT: Status(Tone.STOP, "warn", "金额不符"),
    Group.UNKNOWN: Status(Tone.STOP, "search", "未知订单"),
    Group.TWICE: Status(Tone.STOP, "warn", "重复缴费"),
    Group.CONFLICT: Status(Tone.STOP, "warn", "与已入账的不一致"),
    Group.OTHER_CHANNEL: Status(Tone.STOP, "swap", "其他渠道的订单"),
    Group.KNOWN: Status(Tone.IDLE, "idle", "早已入账"),
    Group.DUPLICATE: Status(Tone.IDLE, "idle", "重复行"),
    Group.REFUND: Status(Tone.BUSY, "back", "退款"),
    Group.STRAY: Status(Tone.STOP, "back", "退款对不上"),
    Group.REFUSED: Status(Tone.STOP, "x", "读不出的行"),
}
MISSING = Status(Tone.STOP, "warn", "我方有，文件没有")
SYNCING = Status(Tone.WAIT, "hour", "两天内，还在同步")
ELSEWHERE = Status(Tone.IDLE, "swap", "其他渠道")
# What a conclusion about it holds up no longer, where that is not 日结 and 核实.
FREED = {Group.CONFLICT: "日结；核实还要等收款冲突里写明核对结果"}

# What confirming does with a group, and what it has done once the file is applied.
WILL = {
    Group.SETTLE: "改为已缴费，通知学生",
    Group.LATE: "订单已释放，钱到了，照常入账",
    Group.SURPLUS: "课程免缴、作废或退了报名，进待处理余款",
    Group.AMOUNT: "进待处理余款，不记到课程",
    Group.UNKNOWN: "进待处理余款，等认领",
    Group.TWICE: "课程已经缴过，多的进待处理余款",
    Group.CONFLICT: "不改已入账的，记为冲突等你核对",
    Group.OTHER_CHANNEL: "只核对，不入账",
    Group.KNOWN: "不变",
    Group.DUPLICATE: "忽略，同一笔只记一次",
    Group.REFUND: "记到对应的退费，不改缴费",
    Group.STRAY: "不改退费，等你核对",
    Group.REFUSED: "不处理，改好后重传",
}
DID = WILL | {
    Group.SETTLE: "已改为已缴费，已通知学生",
    Group.LATE: "订单已释放，已照常入账",
    Group.SURPLUS: "课程已不用缴，转为待处理余款",
    Group.AMOUNT: "已转为待处理余款",
    Group.UNKNOWN: "已转为待处理余款，等认领",
    Group.TWICE: "课程已经缴过，多的转为待处理余款",
    Group.CONFLICT: "已记为冲突，等你核对",
    Group.REFUND: "已记到对应的退费",
    Group.STRAY: "没有对应的退费，等你核对",
    Group.REFUSED: "没有处理，改好后重传",
}
# Why a row stands where it stands.
WHY = {
    Group.SETTLE: "订单号和金额都对上，订单等着这笔钱",
    Group.LATE: "订单号和金额都对上，订单已释放",
    Group.SURPLUS: "订单号对上，课程已不用缴",
    Group.AMOUNT: "订单号对上，金额不同",
    Group.UNKNOWN: "我方没有这个订单号",
    Group.TWICE: "订单号对上，课程已由另一笔缴清",
    Group.CONFLICT: "同一个交易号以前报过别的订单或金额",
    Group.OTHER_CHANNEL: "订单号对上，但订单是另一个渠道的",
    Group.KNOWN: "同一笔钱以前已经入账",
    Group.DUPLICATE: "文件里前面已有同一笔",
    Group.REFUND: "退款单号对上我方的退费",
    Group.STRAY: "我方没有这笔退费，或金额不同",
    Group.REFUSED: "这一行读不出",
}
# Where its money goes.
EFFECTS = {
    Effect.PAY: "记到课程",
    Effect.TAKE_OVER: "记到课程，取代后来的一笔订单",
    Effect.PART: "一部分记到课程，其余进待处理余款",
    Effect.KEEP: "进待处理余款",
    Effect.PAID_BACK: "退费已到账",
    Effect.TAKEN_ON: "渠道已受理退费",
}
# What a difference means, and what the clerk does about it.
MEANING = {
    Group.SURPLUS: (
        "钱到了，但课程免缴、作废或已退报名，不能再记到课程。",
        "入账后到待处理余款，退费或转到另一门课。",
    ),
    Group.AMOUNT: (
        "订单号对得上，文件里的金额和订单金额不同。系统不会按差额猜。",
        "查缴费平台的原始流水。钱真到了就在待处理余款里退费，文件写错就请对方更正后重传。",
    ),
    Group.UNKNOWN: (
        "文件里有这笔钱，我方没有这个订单号。",
        "核对订单号有没有少位或属于别的收费项目；查到学生后在待处理余款里转到他的课程，查不到就退回。",
    ),
    Group.TWICE: ("同一门课收了两笔钱。", "在待处理余款里把后到的一笔退回学生。"),
    Group.CONFLICT: (
        "同一个渠道交易号，这次报的订单或金额和已入账的不同。已入账的没有动。",
        "请渠道核实哪一次是对的，结果写在收款冲突里，结论记在这里。",
    ),
    Group.OTHER_CHANNEL: (
        "这个订单是在另一个渠道开的，这份文件只用来核对。",
        "到那个渠道的账单里找这笔；两边都有，就是重复缴费。",
    ),
    Group.STRAY: (
        "文件里有这笔退款，我方没有对应的退费，或金额不同。",
        "请渠道核实是谁、为什么退的；该退的在待处理余款里补手续，不该退的请渠道追回。",
    ),
    Group.REFUSED: (
        "这一行读不出，没有入账。",
        "照原因改好，单独存成文件再传；确实不用入账的，写明原因。",
    ),
}
# Why money of ours is in no file.
LACKS = {
    "missing": "我方已入账，没有一份账单列着这一笔",
    "syncing": "我方已入账不到两天，账单常常隔夜才有",
    "elsewhere": "从{channel}来，和{channel}的账单核对",
}
ABSENT = (
    "我方已入账，渠道账单里超过两天没有这一笔。",
    "请渠道查这个交易号。确有这笔，补一份账单再传；确实没有，报主管后写下结论。",
)


# A file without rows that does not say of which day it is.
NO_DAY = (
    "这个文件没有一行，也没写是哪一天的，不算任何一天的账单。"
    "那一天确实没有收款的，在日结里打开它，写明原因封存。"
)


def settled(group: Group) -> Status:
    """A group's chip once the file is applied."""
    return _SETTLED if group is Group.SETTLE else GROUPS[group]
