"""Grades: read here, entered by import and by the workflows."""

from django.contrib import admin

from portal.lib.read_only import ReadOnly
from portal.lib.tables.admin import EstimatePaginator, TableAdmin
from portal.records.admin.scoped import WITH_COURSE, StudentRowAdmin
from portal.records.models import (
    GradeAttempt,
    GradePolicy,
    LevelExamScore,
    MakeupSitting,
    OtherCredit,
)
from portal.records.tables import TABLES


@admin.register(GradeAttempt)
class GradeAttemptAdmin(ReadOnly, StudentRowAdmin):
    """成绩: never edited; a correction is imported as a row of its own."""

    table = TABLES["gradeattempt"]
    paginator = EstimatePaginator
    list_display = ("student", "course", "term", "kind", "result", "recorded_on", "source")
    list_filter = ("kind", "flag", "term")
    list_select_related = ("student", "course", "term")
    found_in = WITH_COURSE
    ordering = ("-id",)

    @admin.display(description="成绩")
    def result(self, row: GradeAttempt) -> str:
        """As a transcript prints it."""
        return row.printed


@admin.register(MakeupSitting)
class MakeupSittingAdmin(StudentRowAdmin):
    """补考安排."""

    table = TABLES["makeupsitting"]
    list_display = ("student", "course", "term", "sits_on", "venue")
    list_filter = ("term", "sits_on")
    list_select_related = ("student", "course", "term")
    found_in = WITH_COURSE
    autocomplete_fields = ("student", "course", "term")


@admin.register(GradePolicy)
class GradePolicyAdmin(TableAdmin):
    """成绩规则 by date; not retroactive, so a new rule is a new row."""

    table = TABLES["gradepolicy"]
    list_display = ("valid_from", "pass_mark", "makeup_cap", "effective", "is_confirmed")


@admin.register(LevelExamScore)
class LevelExamScoreAdmin(StudentRowAdmin):
    """等级考试成绩."""

    table = TABLES["levelexamscore"]
    list_display = ("student", "exam", "taken_on", "result", "passed")
    list_filter = ("passed", "exam")


@admin.register(OtherCredit)
class OtherCreditAdmin(StudentRowAdmin):
    """其他学分."""

    table = TABLES["othercredit"]
    list_display = ("student", "kind", "title", "credit_hours", "earned_on")
    list_filter = ("kind",)
