"""Who a batch is for: a class, a major, a cohort, or a list of numbers."""

from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.scopes import within
from portal.lib.errors import DomainError
from portal.lib.sheets import read_sheet
from portal.records.models import HOME_COLLEGE, AdminClass, Major, Student

HEADERS = frozenset({"学号", "xh"})


def numbers_of(
    user: User,
    *,
    admin_class: AdminClass | None = None,
    major: Major | None = None,
    grade_year: int | None = None,
) -> list[str]:
    """Numbers of the students who meet all that is given, by class and number; in the user's
    college scope. Nothing given: nobody.
    """
    wanted = Q()
    if admin_class is not None:
        wanted &= Q(admin_class=admin_class)
    if major is not None:
        wanted &= Q(admin_class__major=major)
    if grade_year is not None:
        wanted &= Q(grade_year=grade_year)
    if not wanted:
        return []
    rows = within(user, Student.objects.filter(wanted), HOME_COLLEGE)
    return list(rows.order_by("admin_class__code", "number").values_list("number", flat=True))


def numbers_in(user: User, file: bytes) -> list[str]:
    """Numbers of an uploaded list, in its order, each once.

    The column 学号 (xh), or the first. Raises ``DomainError`` naming the first rows that are
    nobody within the user's scope.
    """
    found = _column(read_sheet(file))
    rows = within(user, Student.objects.filter(number__in=found), HOME_COLLEGE)
    known = set(rows.values_list("number", flat=True))
    strange = [number for number in found if number not in known]
    if strange:
        shown = "、".join(strange[:5]) + ("…" if strange[5:] else "")
        raise DomainError(
            "transcript.numbers",
            f"有 {len(strange)} 个学号找不到，或不在你的学院：{shown}。",
            advice="改好名单再上传。",
            status=400,
        )
    return found


def _column(rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    heads = [cell.strip().lower() for cell in rows[0]]
    at = next((number for number, head in enumerate(heads) if head in HEADERS), None)
    body = rows if at is None else rows[1:]
    cells = (row[at or 0].strip() for row in body if len(row) > (at or 0))
    return list(dict.fromkeys(cell for cell in cells if cell))
