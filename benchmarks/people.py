"""The names of the invented students, known without loading Django."""

from collections.abc import Iterator

PASSWORD = "opening minute"  # noqa: S105 -- of invented students
GRADE_YEAR = 2022


def username(index: int) -> str:
    """The student number of the index-th of them."""
    return f"{GRADE_YEAR}{index:06d}"


class Queue:
    """Students who have not been sent yet: nobody goes twice."""

    def __init__(self, students: int) -> None:
        self._waiting: Iterator[str] = (username(index) for index in range(students))

    def take(self, number: int) -> list[str]:
        """The next ``number`` of them."""
        return [next(self._waiting) for _ in range(number)]
