"""States of rounds and enrolments, and the only moves between them.

Ordered tuples: the same tables feed the services and the database triggers. Free of Django, so
that the pure rules may use the words too.
"""

from portal.lib.labels import Labelled


class RoundState(Labelled):
    """A round is invisible to students until it is published."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    ARCHIVED = "archived", "已归档"


ROUND_MOVES = (
    (RoundState.DRAFT, RoundState.PUBLISHED),
    (RoundState.PUBLISHED, RoundState.ARCHIVED),
)
ROUND_STARTS = (RoundState.DRAFT,)


class FeePolicy(Labelled):
    """How the fee of a course is worked out."""

    PER_CREDIT = "credit", "按学分"
    PER_COURSE = "course", "按门"
    PER_HOURS = "hours", "按学时折算学分"  # 18 hours are a credit, in steps of a half
    FLAT_BY_MODE = "flat", "按授课方式定额"  # theory and practice each have one amount


class EnrollmentState(Labelled):
    """Where one course of one student stands. Whether it is paid is read from its charge."""

    ENROLLED = "enrolled", "已报名"
    WITHDRAWN = "withdrawn", "已退报名"
    CONFIRMED = "confirmed", "已核实"
    LAPSED = "lapsed", "未缴费，已失效"
    ARRANGED = "arranged", "已安排"
    COMPLETED = "completed", "已完成"
    CANCELLED = "cancelled", "已取消"


ENROLLMENT_MOVES = (
    (EnrollmentState.ENROLLED, EnrollmentState.WITHDRAWN),
    (EnrollmentState.WITHDRAWN, EnrollmentState.ENROLLED),
    (EnrollmentState.ENROLLED, EnrollmentState.CONFIRMED),
    (EnrollmentState.ENROLLED, EnrollmentState.LAPSED),
    (EnrollmentState.LAPSED, EnrollmentState.CONFIRMED),  # money came late
    (EnrollmentState.CONFIRMED, EnrollmentState.ARRANGED),
    (EnrollmentState.ARRANGED, EnrollmentState.COMPLETED),
    (EnrollmentState.ARRANGED, EnrollmentState.CONFIRMED),  # group dissolved
    (EnrollmentState.ENROLLED, EnrollmentState.CANCELLED),
    (EnrollmentState.CONFIRMED, EnrollmentState.CANCELLED),
    (EnrollmentState.ARRANGED, EnrollmentState.CANCELLED),
)
ENROLLMENT_STARTS = (EnrollmentState.ENROLLED,)

# What the cap of a term counts.
COUNTED = (
    EnrollmentState.ENROLLED,
    EnrollmentState.CONFIRMED,
    EnrollmentState.ARRANGED,
    EnrollmentState.COMPLETED,
)
# Counted, without a place in a class yet.
UNPLACED = (EnrollmentState.ENROLLED, EnrollmentState.CONFIRMED)
# What the record or the calendar may still change.
OPEN = (EnrollmentState.ENROLLED, EnrollmentState.CONFIRMED, EnrollmentState.ARRANGED)


class EventKind(Labelled):
    """What happened to an enrolment."""

    ENROLLED = "enrolled", "报名"
    OVERRIDDEN = "overridden", "特批报名"
    WITHDRAWN = "withdrawn", "退报名"
    EXEMPTED = "exempted", "免缴"
    CONFIRMED = "confirmed", "核实"
    LAPSED = "lapsed", "失效"
    REINSTATED = "reinstated", "恢复"
    ARRANGED = "arranged", "落实"
    DISSOLVED = "dissolved", "取消安排"
    COMPLETED = "completed", "完成"
    CANCELLED = "cancelled", "取消"
    RETURNED = "returned", "失效后到账，转退费"
    CHANGED = "changed", "安排有变"
    OFFERED = "offered", "不开班，等学生选择"
    CORRECTED = "corrected", "成绩更正"


class TeachingMode(Labelled):
    """How a retake is taught."""

    OWN = "own", "单独开班"
    WITH_CLASS = "follow", "跟班"
    TUTORED = "tutored", "自学辅导"


class GroupState(Labelled):
    """A teaching group counts until it is dissolved (students wait again) or not opened."""

    ACTIVE = "active", "已落实"
    DISSOLVED = "dissolved", "已撤销"
    NOT_OPENED = "closed", "不开班"


GROUP_MOVES = (
    (GroupState.ACTIVE, GroupState.DISSOLVED),
    (GroupState.ACTIVE, GroupState.NOT_OPENED),
)
GROUP_STARTS = (GroupState.ACTIVE,)


class OfferState(Labelled):
    """What a student whose group does not open wants instead."""

    WAITING = "waiting", "等学生选择"
    MOVED = "moved", "换到另一个班"
    REFUNDED = "refunded", "退费"


OFFER_MOVES = (
    (OfferState.WAITING, OfferState.MOVED),
    (OfferState.WAITING, OfferState.REFUNDED),
)
OFFER_STARTS = (OfferState.WAITING,)


class SheetKind(Labelled):
    """What an uploaded spreadsheet is for."""

    ARRANGE = "arrange", "落实表"
    RESULTS = "results", "成绩表"
