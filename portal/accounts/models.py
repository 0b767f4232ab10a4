"""Users with one role each, the colleges, and whom to ask about what."""

from typing import Any

from axes.models import AccessFailureLog
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q

from portal.accounts.roles import STAFF_ROLES, Role
from portal.lib.labels import Labelled
from portal.lib.workflow import append_only, one_of


class College(models.Model):
    """A 二级学院, or an office that offers courses (通识教育学院, 体育学院)."""

    code = models.CharField("学院代码", max_length=20, unique=True)
    name = models.CharField("学院名称", max_length=60, unique=True)
    english_name = models.CharField("英文名称", max_length=120, blank=True)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "学院"
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Creates accounts; ``createsuperuser`` makes a 系统管理员."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(username, password, **(fields | {"role": Role.ADMIN}))


class User(AbstractBaseUser, PermissionsMixin):
    """An account; ``username`` is the student or staff number. What it may do follows its role."""

    groups = None  # type: ignore[assignment]  # one role, not a set of groups
    user_permissions = None  # type: ignore[assignment]
    username = models.CharField("学号/工号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=60)
    role = models.CharField("角色", max_length=12, choices=Role.choices(), default=Role.STUDENT)
    college = models.ForeignKey(
        College, models.PROTECT, null=True, blank=True, verbose_name="所属学院"
    )
    is_active = models.BooleanField("可登录", default=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        permissions = [("view_as_student", "以学生视角查看")]
        constraints = [
            one_of("role", Role, "user_role_known"),
            models.CheckConstraint(
                condition=~Q(role=Role.REVIEWER) | Q(college__isnull=False),
                name="reviewer_has_college",
                violation_error_message="二级学院账号必须选择学院。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.username}）"

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def is_superuser(self) -> bool:  # type: ignore[override]
        return self.role == Role.ADMIN

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class VisitEnd(Labelled):
    """Who ended a visit before its time."""

    OWNER = "owner", "本人退出了其他设备"
    ELSEWHERE = "elsewhere", "账号在别处登录"
    CAMPUS = "campus", "从信息门户退出"
    OFFICE = "office", "管理员退出了这个账号"


class Visit(models.Model):
    """A browser somebody is signed in with, from sign-in until the session is gone."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name="账号")
    session_key = models.CharField("会话", max_length=40, unique=True)
    ticket = models.CharField("登录凭证摘要", max_length=64, blank=True)  # SHA-256, campus portal
    address = models.CharField("网络地址", max_length=45, blank=True)
    browser = models.CharField("浏览器", max_length=200, blank=True)
    began_at = models.DateTimeField("登录时间")
    ended_at = models.DateTimeField("退出时间", null=True, blank=True)
    ended_by = models.CharField("退出原因", max_length=10, blank=True, choices=VisitEnd.choices())

    class Meta:
        verbose_name = verbose_name_plural = "登录设备"
        indexes = [
            models.Index(fields=["ticket"], condition=~Q(ticket=""), name="visit_by_ticket"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="")
                | Q(ended_at__isnull=False, ended_by__in=[end.value for end in VisitEnd]),
                name="visit_end_has_reason",
            ),
        ]


class RefusedSignIn(AccessFailureLog):  # type: ignore[misc]  # axes carries no types
    """Who was not let in, when and from where; the table is of axes."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "登录失败记录"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return str(self.username)


class InterventionKind(Labelled):
    """What an office did with somebody else's account."""

    SECOND_FACTOR = "second-factor", "重置二次验证"
    SIGN_OUT = "sign-out", "退出所有设备"


class Intervention(models.Model):
    """Who did that, to whom, when. Rows are facts."""

    kind = models.CharField("事项", max_length=20, choices=InterventionKind.choices())
    actor = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    target = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="账号")
    at = models.DateTimeField("时间")
    reason = models.CharField("原因", max_length=200, blank=True, db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "账号处理记录"
        ordering = ("-pk",)
        triggers = [append_only()]
        constraints = [one_of("kind", InterventionKind, "intervention_kind_known")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.target}"


class Contact(models.Model):
    """Whom to ask: shown in every reason that ends with "ask there" and on the sign-in page."""

    topic = models.SlugField("事项代码", unique=True)  # sign-in, pe, english, supplementary, …
    office = models.CharField("部门", max_length=60)
    phone = models.CharField("电话", max_length=40)
    hours = models.CharField("时间", max_length=60, blank=True)
    remark = models.CharField("说明", max_length=120, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "联系方式"
        ordering = ("topic",)

    def __str__(self) -> str:
        return " ".join(part for part in (self.office, self.phone, self.hours) if part)
