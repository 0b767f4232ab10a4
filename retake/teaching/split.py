"""How many groups a course gets, and how they are taught (pure)."""

from dataclasses import dataclass

from retake.states import TeachingMode


@dataclass(frozen=True)
class SplitRule:
    """``size`` students at most in a group; fewer than ``minimum`` are taught as ``fallback``."""

    size: int
    minimum: int
    fallback: TeachingMode = TeachingMode.WITH_CLASS


@dataclass(frozen=True)
class Part:
    """One group to be: how many students, and how it is taught."""

    number: int
    mode: TeachingMode


def split(students: int, rule: SplitRule) -> tuple[Part, ...]:
    """As few groups as possible, as even as possible, the larger first."""
    if students <= 0:
        return ()
    if students < rule.minimum:
        return (Part(students, rule.fallback),)
    groups = -(-students // rule.size)
    least, more = divmod(students, groups)
    return tuple(
        Part(least + (1 if index < more else 0), TeachingMode.OWN) for index in range(groups)
    )
