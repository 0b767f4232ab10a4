"""Spreadsheet tables of the record, in the order in which they can be loaded."""

from portal.accounts.tables import TABLES as ACCOUNTS
from portal.calendar.tables import TABLES as CALENDAR
from portal.lib.tables.table import Table
from portal.records.tables.courses import TABLES as COURSES
from portal.records.tables.grades import TABLES as GRADES
from portal.records.tables.people import TABLES as PEOPLE

TABLES: dict[str, type[Table]] = {**PEOPLE, **COURSES, **GRADES}
# With those of the rooms below, for the command that loads any of them.
ALL_TABLES: dict[str, type[Table]] = {**ACCOUNTS, **CALENDAR, **TABLES}
