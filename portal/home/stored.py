"""What is stored about a student, for himself (个人信息保护法 art. 45): on a page and as a file.

Reads the tables of every room, which is why it stands on the top floor.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Field, Func, Model, QuerySet, Subquery

from credits.models import Application
from payments.models import Charge, Order
from portal.accounts.models import RefusedSignIn, User, Visit
from portal.accounts.roles import Role
from portal.audit.models import Change, Opening
from portal.audit.states import Reason, Way
from portal.inbox.channels.registry import channels
from portal.inbox.models import Letter, Message
from portal.lib.money import yuan
from portal.records.models import (
    HOME_COLLEGE,
    GradeAttempt,
    LevelExamScore,
    OtherCredit,
    StandingChange,
    Student,
    VeteranStatus,
)
from retake.models import Enrollment
from transcripts.models import IssuedTranscript

SHOWN = 50  # openings on the page; the file has them all
SUBJECT = "records.student"
_LABELS: dict[str, type[Role | Reason | Way]] = {
    "actor__role": Role,
    "reason": Reason,
    "way": Way,
}

Row = tuple[object, ...]


@dataclass(frozen=True)
class Kept:
    """One kind of row: what it is called, where its owner sees it, its columns and rows."""

    title: str
    href: str
    columns: tuple[str, ...]
    paths: tuple[str, ...]
    rows: QuerySet[Any]

    def lines(self) -> Iterator[Row]:
        """The rows as they are told: codes in words, amounts in yuan. One statement."""
        tellers = [_teller(self.rows.model, path) for path in self.paths]
        for row in self.rows.values_list(*self.paths).iterator():
            yield tuple(told(value) for told, value in zip(tellers, row, strict=True))


@dataclass(frozen=True)
class Stored:
    """The page: the student himself, how much there is of each kind, who looked."""

    facts: tuple[tuple[str, object], ...]
    counted: tuple[tuple[Kept, int], ...]
    openings: tuple[Row, ...]


def student_of(user_id: int) -> Student | None:
    """The student behind an account, with class, major and college."""
    return Student.objects.select_related(HOME_COLLEGE).filter(user=user_id).first()


def stored(student: Student) -> Stored:
    """Two statements, whatever there is."""
    kinds = kept_of(student)
    counts = [_count(kind.rows) for kind in kinds]
    (numbers,) = Student.objects.filter(pk=student.pk).values_list(*counts)
    looks = _openings(student)
    recent = Kept(looks.title, looks.href, looks.columns, looks.paths, looks.rows[:SHOWN])
    return Stored(
        facts=facts_of(student),
        counted=tuple(zip(kinds, numbers, strict=True)),
        openings=tuple(recent.lines()),
    )


def facts_of(student: Student) -> tuple[tuple[str, object], ...]:
    """The student's own row, whole: it is his."""
    home = student.admin_class
    return (
        ("学号", student.number),
        ("学籍号", student.roll_number),
        ("姓名", student.name),
        ("英文姓名", student.english_name),
        ("性别", student.gender),
        ("学院", home.major.college.name),
        ("专业", home.major.name),
        ("行政班", home.name),
        ("年级", student.grade_year),
        ("学生类别", student.student_type),
        ("学籍状态", student.get_standing_display()),
        ("手机号", student.phone),
        ("电子邮箱", student.email),
        ("欠学费", "是" if student.in_arrears else "否"),
    )


def kept_of(student: Student) -> tuple[Kept, ...]:
    """Every kind of row that is about him."""
    return (*_of_the_record(student), *_of_the_workflows(student), *_of_the_portal(student))


def _of_the_record(student: Student) -> tuple[Kept, ...]:
    return (
        Kept("学籍异动", "", ("日期", "异动", "状态"), ("changed_on", "change", "standing"),
             StandingChange.objects.filter(student=student)),
        Kept("成绩", "/transcripts/how/",
             ("学期", "课程", "性质", "分数", "等级", "标记", "登记日期"),
             ("term__code", "course__name", "kind", "score", "text", "flag", "recorded_on"),
             GradeAttempt.objects.filter(student=student)),
        Kept("等级考试成绩", "/transcripts/", ("日期", "考试", "成绩", "证书编号"),
             ("taken_on", "exam", "result", "certificate"),
             LevelExamScore.objects.filter(student=student)),
        Kept("其他学分", "/credits/", ("日期", "类别", "名称", "学分"),
             ("earned_on", "kind", "title", "credit_hours"),
             OtherCredit.objects.filter(student=student)),
        Kept("退役身份", "/retake/veteran/", ("申请时间", "状态", "证件编号", "审核说明"),
             ("claimed_at", "state", "basis", "note"),
             VeteranStatus.objects.filter(student=student)),
    )  # fmt: skip


def _of_the_workflows(student: Student) -> tuple[Kept, ...]:
    return (
        Kept("重修报名", "/retake/enrollments/", ("学期", "课程", "状态", "报名时间"),
             ("term__code", "course__name", "state", "enrolled_at"),
             Enrollment.objects.filter(student=student)),
        Kept("应缴费用", "/payments/", ("名称", "金额", "状态", "产生时间"),
             ("title", "amount_fen", "state", "created_at"),
             Charge.objects.filter(payer=student.user_id)),
        Kept("订单", "/payments/orders/", ("订单号", "金额", "状态", "下单时间", "到账时间"),
             ("number", "amount_fen", "state", "opened_at", "paid_at"),
             Order.objects.filter(payer=student.user_id)),
        Kept("学分兑换申请", "/credits/applications/", ("课程", "状态", "提交时间", "审核说明"),
             ("target__name", "state", "submitted_at", "note"),
             Application.objects.filter(student=student, deleted_at=None)),
        Kept("开具的成绩单", "/transcripts/issued/", ("校验码", "开具时间", "有效期至", "撤销时间"),
             ("code", "issued_at", "expires_on", "revoked_at"),
             IssuedTranscript.objects.filter(student=student)),
    )  # fmt: skip


def _of_the_portal(student: Student) -> tuple[Kept, ...]:
    account = User.objects.filter(student=student)
    return (
        Kept("站内消息", "/messages/", ("时间", "标题", "内容", "阅读时间"),
             ("sent_at", "title", "body", "read_at"),
             Message.objects.filter(user=student.user_id)),
        Kept("邮件和短信", "", ("时间", "渠道", "地址", "状态"),
             ("written_at", "channel", "address", "state"),
             Letter.objects.filter(user=student.user_id)),
        Kept("登录设备", "/accounts/visits/", ("登录时间", "网络地址", "浏览器"),
             ("began_at", "address", "browser"),
             Visit.objects.filter(user=student.user_id)),
        Kept("登录失败记录", "", ("时间", "网络地址", "浏览器"),
             ("attempt_time", "ip_address", "user_agent"),
             RefusedSignIn.objects.filter(username__in=account.values("username"))),
        Kept("学籍信息的改动", "", ("时间", "操作", "谁改的"), ("at", "operation", "actor__role"),
             Change.objects.filter(model=SUBJECT, row=student.pk)),
        _openings(student),
    )  # fmt: skip


def _openings(student: Student) -> Kept:
    """By office, not by name: the administrator knows who it was."""
    return Kept(
        "谁看过我的信息",
        "#looks",
        ("时间", "谁", "方式", "内容", "用途"),
        ("at", "actor__role", "way", "what", "reason"),
        Opening.objects.filter(subject=SUBJECT, row=student.pk),
    )


def account_of(user: User) -> tuple[tuple[str, object], ...]:
    """What the account itself holds."""
    return (("账号", user.username), ("姓名", user.name), ("身份", Role(user.role).label),
            ("上次登录", user.last_login))  # fmt: skip


def _count(rows: QuerySet[Any]) -> Subquery:
    number = Func(F("pk"), function="COUNT")
    return Subquery(rows.order_by().annotate(how_many=number).values("how_many"))


def _teller(model: type[Model], path: str) -> Callable[[Any], object]:
    """How the values of a column are told."""
    if path == "amount_fen":
        return yuan
    labels = _labels(model, path)
    return lambda value: labels.get(value, value)


def _labels(model: type[Model], path: str) -> dict[object, object]:
    """What the codes of a column are called."""
    if model is Letter and path == "channel":
        return {name: channel.label for name, channel in channels().items()}
    if path in _LABELS:
        return dict(_LABELS[path].choices())
    if "__" in path:
        return {}
    field: Field[Any, Any] = model._meta.get_field(path)  # type: ignore[assignment]  # noqa: SLF001 -- Django's documented Options API
    return dict(field.flatchoices)
