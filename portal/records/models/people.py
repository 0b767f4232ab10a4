"""Who studies what where: majors, home classes, students, their standing, teachers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.accounts.models import College
from portal.records.kinds import Standing
from portal.records.models.checks import known

# The home college of a student, for ``portal.accounts.scopes.within``: stored once, on the major.
HOME_COLLEGE = "admin_class__major__college"


class Major(models.Model):
    """专业; 学制 and the longest stay decide final year and the last day of a student."""

    code = models.CharField("专业代码", max_length=20, unique=True)
    name = models.CharField("专业名称", max_length=60)
    english_name = models.CharField("英文名称", max_length=120, blank=True)
    college = models.ForeignKey(College, models.PROTECT, verbose_name="学院")
    length_years = models.PositiveSmallIntegerField("学制", default=3)
    max_years = models.PositiveSmallIntegerField("最长学习年限", default=6)

    class Meta:
        verbose_name = verbose_name_plural = "专业"
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(length_years__gt=0, max_years__gte=F("length_years")),
                name="major_years_in_order",
                violation_error_message="最长学习年限不能短于学制。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class AdminClass(models.Model):
    """行政班."""

    code = models.CharField("班级代码", max_length=30, unique=True)
    name = models.CharField("班级名称", max_length=60)
    major = models.ForeignKey(Major, models.PROTECT, verbose_name="专业")
    grade_year = models.PositiveSmallIntegerField("年级")

    class Meta:
        verbose_name = verbose_name_plural = "行政班"
        ordering = ("-grade_year", "code")

    def __str__(self) -> str:
        return self.name


class Student(models.Model):
    """A student; the length of ``number`` is never assumed (the manuals show 10 and 12 digits)."""

    class Gender(models.TextChoices):
        MALE = "男", "男"
        FEMALE = "女", "女"

    number = models.CharField("学号", max_length=40, unique=True)
    roll_number = models.CharField("学籍号", max_length=40, blank=True)
    name = models.CharField("姓名", max_length=60)
    # As the passport has it; where it is not given a transcript writes pinyin.
    english_name = models.CharField("英文姓名", max_length=120, blank=True, db_default="")
    gender = models.CharField("性别", max_length=2, choices=Gender.choices, blank=True)
    admin_class = models.ForeignKey(AdminClass, models.PROTECT, verbose_name="行政班")
    # His own, not the class's: after 休学 it is later than the year his number begins with.
    grade_year = models.PositiveSmallIntegerField("年级")
    student_type = models.CharField("学生类别", max_length=30, blank=True)
    standing = models.CharField(
        "学籍状态", max_length=12, choices=Standing.choices(), default=Standing.ENROLLED.value
    )
    phone = models.CharField("手机号", max_length=40, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    in_arrears = models.BooleanField("欠学费", default=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="账号"
    )

    class Meta:
        verbose_name = verbose_name_plural = "学生"
        ordering = ("number",)
        indexes = [models.Index(fields=["name"], name="student_name")]
        constraints = [
            known("standing", Standing, "student_standing_known"),
            models.CheckConstraint(
                condition=Q(gender__in=["", "男", "女"]), name="student_gender_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.number}）"

    @property
    def college(self) -> College:
        """The home college; load with ``select_related(HOME_COLLEGE)``."""
        return self.admin_class.major.college


class StandingChange(models.Model):
    """学籍异动: 转专业, 休学, 复学, 结业 … with the standing it led to."""

    student = models.ForeignKey(Student, models.PROTECT, verbose_name="学生")
    change = models.CharField("异动类别", max_length=20)
    standing = models.CharField("异动后状态", max_length=12, choices=Standing.choices())
    changed_on = models.DateField("异动日期")
    document = models.CharField("文号", max_length=60, blank=True)
    remark = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "学籍异动"
        ordering = ("-changed_on", "id")
        constraints = [
            known("standing", Standing, "standing_change_known"),
            models.UniqueConstraint(
                fields=["student", "changed_on", "change"], name="standing_change_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.changed_on} {self.change}"


class Teacher(models.Model):
    """A teacher; he has no account, the college passes his sheets on."""

    number = models.CharField("工号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=60)
    phone = models.CharField("电话", max_length=40, blank=True)
    college = models.ForeignKey(College, models.PROTECT, verbose_name="学院")

    class Meta:
        verbose_name = verbose_name_plural = "教师"
        ordering = ("number",)

    def __str__(self) -> str:
        return f"{self.name}（{self.number}）"
