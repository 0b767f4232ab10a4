"""Whose names somebody may read on the workbench.

The finance office reads names and student numbers whole, on pages and in workbooks: a payment by
a parent, a namesake, or a number that lost its zeros shows only letter by letter, and money of an
unknown order is claimed by asking that student. It gets no more than this: a row shows neither
phone nor any other cell of the file.

Whoever else may look (system administrators; a role to which a college gives the permission) sees
that counts, sums and states are right. For that nobody's name is needed, so they read 张*三 and
20****01, and the files as they came, whose cells nobody can mask, are not theirs to download.
"""

from dataclasses import dataclass

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.lib import masking

READ_WHOLE = (Role.FINANCE,)


@dataclass(frozen=True)
class Eyes:
    """How a reader sees names and student numbers."""

    whole: bool

    def name(self, full: str) -> str:
        """``张*三``, or as it is; nothing stays nothing."""
        return full if self.whole or not full else masking.name(full)

    def number(self, full: str) -> str:
        """``20****01``, or as it is."""
        return full if self.whole else masking.number(full)

    def problem(self, told: list[str]) -> list[str]:
        """Column, value, why, remedy of a cell that could not be read; it may hold a name."""
        column, value, why, remedy = told
        if self.whole or not value:
            return told
        hidden = "*" * len(value)
        return [column, hidden, why.replace(value, hidden), remedy]

    def person(self, name: str, number: str) -> str:
        """Both, as lists show them."""
        return " ".join(part for part in (self.name(name), self.number(number)) if part)


def eyes_of(user: User) -> Eyes:
    """What the role of a user lets him read."""
    return Eyes(whole=user.role in READ_WHOLE)
