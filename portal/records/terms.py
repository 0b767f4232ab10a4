"""Term codes: how systems write them, and how they relate to a student's years. Pure."""

import re

# Term numbers as 正方 exports them in a column of their own.
VENDOR_NUMBERS = {"3": "1", "12": "2", "16": "3", "1": "1", "2": "2"}


def term_code(year: str, number: str = "") -> str:
    """``("2023-2024-1", "")``, ``("2023-2024", "3")`` or ``("2023", "12")`` -> ``2023-2024-1``.

    In a column of its own 3, 12, 16 are terms 1, 2, 3; inside a full code 1–3 mean themselves.
    Raises ``ValueError`` for anything else.
    """
    found = re.fullmatch(r"(\d{4})(?:-(\d{4}))?(?:-(\d{1,2}))?", year.strip())
    if not found or bool(found[3]) == bool(number.strip()):
        raise ValueError(year)
    first, second, inner = int(found[1]), found[2], found[3]
    if second and int(second) != first + 1:
        raise ValueError(year)
    if inner:
        term = inner if inner in ("1", "2", "3") else VENDOR_NUMBERS.get(inner)
    else:
        term = VENDOR_NUMBERS.get(number.strip())
    if term is None:
        raise ValueError(number or year)
    return f"{first}-{first + 1}-{term}"


def plan_term(grade_year: int, term_number: int) -> str:
    """The term a plan's term number falls in: 1 and 2 in the first year, 3 and 4 in the second."""
    year = grade_year + (term_number - 1) // 2
    return f"{year}-{year + 1}-{(term_number - 1) % 2 + 1}"
