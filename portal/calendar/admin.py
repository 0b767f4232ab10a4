"""The working calendar in admin."""

from django.contrib import admin

from portal.calendar.models import WorkCalendarDay
from portal.calendar.tables import TABLES
from portal.lib.tables.admin import TableAdmin


@admin.register(WorkCalendarDay)
class WorkCalendarDayAdmin(TableAdmin):
    """The college's own days stand above the official ones."""

    table = TABLES["workday"]
    list_display = ("date", "is_workday", "source", "note")
    list_filter = ("source", "is_workday")
    date_hierarchy = "date"
