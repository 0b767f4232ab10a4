"""Majors, classes, students, teachers."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.records.admin.contacts import ContactAdmin, masked
from portal.records.admin.scoped import ScopedAdmin, StudentRowAdmin
from portal.records.admin.seen import SeenAsHimself
from portal.records.models import (
    HOME_COLLEGE,
    AdminClass,
    Major,
    StandingChange,
    Student,
    Teacher,
    VeteranStatus,
)
from portal.records.services.accounts import open_accounts
from portal.records.tables import TABLES


@admin.register(Major)
class MajorAdmin(ScopedAdmin):
    """专业."""

    table = TABLES["major"]
    college_path = "college"
    list_display = ("code", "name", "college", "length_years", "max_years")
    list_filter = ("college",)
    list_select_related = ("college",)
    search_fields = ("^code", "name")
    autocomplete_fields = ("college",)


@admin.register(AdminClass)
class AdminClassAdmin(ScopedAdmin):
    """行政班."""

    table = TABLES["adminclass"]
    college_path = "major__college"
    list_display = ("code", "name", "major", "grade_year")
    list_filter = ("grade_year", "major__college")
    list_select_related = ("major",)
    search_fields = ("^code", "name")
    autocomplete_fields = ("major",)


@admin.register(Student)
class StudentAdmin(SeenAsHimself, ContactAdmin):
    """学生; phone, e-mail and 学籍号 are masked, and opened for a purpose."""

    table = TABLES["student"]
    personal = ("phone", "email", "roll_number")
    college_path = HOME_COLLEGE
    list_display = ("number", "name", "admin_class", "college", "grade_year", "standing")
    list_filter = ("standing", "grade_year", "in_arrears", "admin_class__major__college")
    list_select_related = (HOME_COLLEGE,)
    search_fields = ("^number", "^name")
    autocomplete_fields = ("admin_class", "user")
    actions = ("open_accounts",)

    @admin.display(description="手机号")
    def masked_phone(self, student: Student) -> str:
        return masked("phone", student.phone)

    @admin.display(description="电子邮箱")
    def masked_email(self, student: Student) -> str:
        return masked("email", student.email)

    @admin.display(description="学籍号")
    def masked_roll_number(self, student: Student) -> str:
        return masked("roll_number", student.roll_number)

    @admin.display(description="学院")
    def college(self, student: Student) -> str:
        return student.college.name

    @admin.action(description="开通登录账号", permissions=("change",))
    def open_accounts(self, request: HttpRequest, rows: QuerySet[Student]) -> None:
        """Accounts without a password: the campus login or the information centre gives one."""
        opened = open_accounts(student_ids=list(rows.values_list("pk", flat=True)))
        messages.success(request, f"开通了 {opened} 个账号。")


@admin.register(StandingChange)
class StandingChangeAdmin(StudentRowAdmin):
    """学籍异动."""

    table = TABLES["standingchange"]
    list_display = ("student", "change", "standing", "changed_on", "document")
    list_filter = ("standing", "change")


@admin.register(VeteranStatus)
class VeteranStatusAdmin(StudentRowAdmin):
    """退役身份 as recorded; claims are decided on their own page."""

    table = TABLES["veteranstatus"]
    list_display = ("student", "valid_from", "state", "basis", "claimed_at", "decided_at")
    list_filter = ("state",)
    readonly_fields = ("state", "decided_by", "decided_at", "note")


@admin.register(Teacher)
class TeacherAdmin(ContactAdmin):
    """教师; seen by his own college, the phone masked."""

    table = TABLES["teacher"]
    personal = ("phone",)
    college_path = "college"
    list_display = ("number", "name", "college")
    list_filter = ("college",)
    list_select_related = ("college",)
    search_fields = ("^number", "name")
    autocomplete_fields = ("college",)

    @admin.display(description="电话")
    def masked_phone(self, teacher: Teacher) -> str:
        return masked("phone", teacher.phone)
