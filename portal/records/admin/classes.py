"""Teaching classes and timetables, seen by the college that offers the course."""

from django.contrib import admin

from portal.lib.tables.admin import EstimatePaginator
from portal.records.admin.scoped import ScopedAdmin, StudentRowAdmin
from portal.records.models import StudentCourse, TeachingClass, TeachingSlot
from portal.records.tables import TABLES


class TeachingSlotInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """Hours of a class, on its page."""

    model = TeachingSlot
    extra = 0


@admin.register(TeachingClass)
class TeachingClassAdmin(ScopedAdmin):
    """教学班."""

    table = TABLES["teachingclass"]
    college_path = "course__offering_college"
    list_display = ("code", "course", "term", "teacher")
    list_filter = ("term", "course__offering_college")
    list_select_related = ("course", "term", "teacher")
    search_fields = ("^code", "course__name", "=course__code")
    autocomplete_fields = ("course", "term", "teacher")
    inlines = (TeachingSlotInline,)


@admin.register(TeachingSlot)
class TeachingSlotAdmin(ScopedAdmin):
    """上课时间 of all classes, for the import."""

    table = TABLES["teachingslot"]
    college_path = "teaching_class__course__offering_college"
    list_display = ("teaching_class", "__str__", "first_week", "last_week", "venue")
    list_filter = ("weekday",)
    list_select_related = ("teaching_class",)
    search_fields = ("^teaching_class__code",)
    autocomplete_fields = ("teaching_class",)


@admin.register(StudentCourse)
class StudentCourseAdmin(StudentRowAdmin):
    """个人课表, seen by the student's home college."""

    table = TABLES["studentcourse"]
    paginator = EstimatePaginator
    list_display = ("student", "teaching_class", "absent_hours")
    list_select_related = ("student", "teaching_class")
    search_help_text = "学号、姓名或教学班编号"
    found_in = {**StudentRowAdmin.found_in, "teaching_class": (TeachingClass, ("code",))}
    autocomplete_fields = ("student", "teaching_class")
    ordering = ("-id",)
