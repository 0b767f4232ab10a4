"""One page of the staff's table, and what its filters offer."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from portal.accounts.models import College, User
from portal.lib import masking
from portal.records.models import AcademicTerm, Major
from retake.guidance.filters import Filters, chosen
from retake.guidance.table import Line, fetched, lines
from retake.models import Assignment, TeachingGroup

SIZE = 50
COUNTED = 1000  # counting further would take longer than reading


@dataclass(frozen=True)
class Page:
    """``after`` begins the next page, empty on the last; ``number`` of all rows up to a limit."""

    lines: tuple[Line, ...]
    after: str
    number: int

    @property
    def more(self) -> bool:
        """There are more rows than were counted."""
        return self.number > COUNTED


@dataclass(frozen=True)
class Offered:
    """The choices of the selects."""

    years: tuple[str, ...]
    colleges: tuple[College, ...]
    majors: tuple[Major, ...]
    grades: tuple[int, ...]


def page(staff: User, filters: Filters, after: str) -> Page:
    """Rows after the one ``after`` names (``group-row``)."""
    rows = chosen(staff, filters)
    # First which rows, by the index alone; then what they say: joins are for one page of rows.
    wanted = list(_from(rows, after).values_list("pk", flat=True)[: SIZE + 1])
    page_rows = Assignment.objects.filter(pk__in=wanted).order_by("group_id", "pk")
    found = lines(fetched(page_rows), masking.phone)
    shown = found[:SIZE]
    following = f"{shown[-1][0]}-{shown[-1][1]}" if len(found) > SIZE else ""
    number = rows.order_by()[: COUNTED + 1].count()
    return Page(tuple(line for _, _, line in shown), following, number)


def offered() -> Offered:
    """Four small tables."""
    codes = AcademicTerm.objects.filter(
        Exists(TeachingGroup.objects.filter(term=OuterRef("pk")))
    ).order_by()
    majors = tuple(Major.objects.select_related("college"))
    years = sorted({code.rpartition("-")[0] for code in codes.values_list("code", flat=True)})
    return Offered(
        years=tuple(reversed(years)),
        colleges=tuple(College.objects.filter(is_active=True)),
        majors=majors,
        grades=_grades(years),
    )


def _grades(years: list[str]) -> tuple[int, ...]:
    """Years of admission that can sit in these terms: up to six years before the first."""
    if not years:
        return ()
    first, last = int(years[0][:4]), int(years[-1][:4])
    return tuple(range(last, first - 7, -1))


def _from(rows: QuerySet[Assignment], after: str) -> QuerySet[Assignment]:
    group, _, row = after.partition("-")
    if not (group.isdigit() and row.isdigit()):
        return rows
    return rows.filter(Q(group__gt=int(group)) | Q(group=int(group), pk__gt=int(row)))
