"""Courses, terms, plans: every college reads them, the teaching office keeps them."""

from django.contrib import admin

from portal.lib.tables.admin import TableAdmin
from portal.records.models import (
    AcademicTerm,
    Course,
    CourseEquivalence,
    PlanCourse,
    PlanRequirement,
    ProgrammePlan,
)
from portal.records.tables import TABLES


@admin.register(Course)
class CourseAdmin(TableAdmin):
    """课程; nature and category are defaults, the student's plan decides."""

    table = TABLES["course"]
    list_display = ("code", "name", "credit_hours", "offering_college", "nature", "is_practical")
    list_filter = ("nature", "is_practical", "is_certificate", "is_active", "offering_college")
    list_select_related = ("offering_college",)
    search_fields = ("^code", "name")
    autocomplete_fields = ("offering_college",)


@admin.register(CourseEquivalence)
class CourseEquivalenceAdmin(TableAdmin):
    """课程替代, flat: point every old code at the course in force."""

    table = TABLES["courseequivalence"]
    list_display = ("old", "new", "remark")
    list_select_related = ("old", "new")
    search_fields = ("old__code", "old__name", "new__code", "new__name")
    autocomplete_fields = ("old", "new")


@admin.register(AcademicTerm)
class AcademicTermAdmin(TableAdmin):
    """学年学期."""

    table = TABLES["academicterm"]
    list_display = ("__str__", "code", "starts_on", "ends_on", "is_current")
    search_fields = ("code",)


class PlanCourseInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Courses of a plan, on its page."""

    model = PlanCourse
    extra = 0
    autocomplete_fields = ("course",)


class PlanRequirementInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Credits a plan asks for, on its page."""

    model = PlanRequirement
    extra = 0


@admin.register(ProgrammePlan)
class ProgrammePlanAdmin(TableAdmin):
    """培养方案 with its courses and required credits."""

    table = TABLES["programmeplan"]
    list_display = ("code", "__str__", "major", "grade_year")
    list_filter = ("grade_year", "major")
    list_select_related = ("major",)
    search_fields = ("code", "name", "major__name")
    autocomplete_fields = ("major",)
    inlines = (PlanRequirementInline, PlanCourseInline)


@admin.register(PlanCourse)
class PlanCourseAdmin(TableAdmin):
    """方案课程 of all plans, for the import."""

    table = TABLES["plancourse"]
    list_display = ("plan", "course", "nature", "category", "term_number")
    list_filter = ("nature", "category", "term_number")
    list_select_related = ("plan__major", "course")
    search_fields = ("=plan__code", "course__code", "course__name")
    autocomplete_fields = ("plan", "course")


@admin.register(PlanRequirement)
class PlanRequirementAdmin(TableAdmin):
    """方案学分要求 of all plans, for the import."""

    table = TABLES["planrequirement"]
    list_display = ("plan", "category", "credit_hours")
    list_filter = ("category",)
    list_select_related = ("plan__major",)
    search_fields = ("=plan__code",)
    autocomplete_fields = ("plan",)
