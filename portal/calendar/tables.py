"""Spreadsheet tables of this app."""

from portal.calendar.models import DaySource, WorkCalendarDay
from portal.lib.tables.table import Column, Table, table
from portal.lib.tables.words import Day, Text, Word, YesNo

TABLES: dict[str, type[Table]] = {
    "workday": table(
        WorkCalendarDay,
        ("date", "source"),
        [
            Column("date", "日期", Day(), "rq"),
            Column("is_workday", "上班", YesNo()),
            Column("source", "来源", Word(DaySource.choices)),
            Column("note", "说明", Text(), "bz"),
        ],
    )
}
