"""Splitting courses into groups, and hours that hit the fewest students."""

from hypothesis import given
from hypothesis import strategies as st

from retake.states import TeachingMode
from retake.teaching.clashes import Block, Slot, collides, hits, propose
from retake.teaching.split import Part, SplitRule, split

PERIODS = 6
BLOCKS = st.builds(
    lambda who, weekday, first, length, week, weeks: Block(
        who, weekday, first, min(first + length, PERIODS), week, week + weeks
    ),
    st.integers(1, 8),
    st.integers(1, 7),
    st.integers(1, PERIODS),
    st.integers(0, 2),
    st.integers(1, 6),
    st.integers(0, 3),
)


def test_groups_are_few_and_even() -> None:
    found = split(65, SplitRule(size=30, minimum=20))
    assert found == tuple(Part(number, TeachingMode.OWN) for number in (22, 22, 21))


def test_too_few_for_a_group_of_their_own_join_a_class() -> None:
    rule = SplitRule(size=30, minimum=20, fallback=TeachingMode.WITH_CLASS)
    assert split(19, rule) == (Part(19, TeachingMode.WITH_CLASS),)


def test_nobody_makes_no_group() -> None:
    assert split(0, SplitRule(size=30, minimum=20)) == ()


@given(st.integers(1, 500), st.integers(1, 60), st.integers(1, 30))
def test_every_student_sits_once_and_no_group_is_too_large(
    students: int, size: int, minimum: int
) -> None:
    parts = split(students, SplitRule(size=size, minimum=minimum))
    assert sum(part.number for part in parts) == students
    own = [part.number for part in parts if part.mode is TeachingMode.OWN]
    assert all(number <= size for number in own)
    assert not own or max(own) - min(own) <= 1


def cells(block: Block) -> set[tuple[int, int, int]]:
    return {
        (week, block.weekday, period)
        for week in range(block.first_week, block.last_week + 1)
        for period in range(block.first_period, block.last_period + 1)
    }


def brute(slot: Slot, blocks: list[Block]) -> set[int]:
    """Cell by cell: everybody with a busy hour inside the slot."""
    own = {
        (week, slot.weekday, period)
        for week in slot.weeks
        for period in range(slot.first_period, slot.last_period + 1)
    }
    return {block.who for block in blocks if own & cells(block)}


@given(
    st.lists(BLOCKS, max_size=20),
    st.lists(BLOCKS, max_size=4),
    st.sets(st.integers(1, 8), min_size=1, max_size=4),
    st.integers(1, 3),
)
def test_proposals_are_those_of_brute_force(
    students: list[Block], teachers: list[Block], weeks: set[int], length: int
) -> None:
    found = propose(students, teachers, weeks=weeks, length=length, periods=PERIODS)
    assert len(found) == 7 * (PERIODS - length + 1)
    for one in found:
        assert one.students == len(brute(one.slot, students))
        assert one.teacher_busy == bool(brute(one.slot, teachers))
        assert set(hits(one.slot, students)) == brute(one.slot, students)
    merits = [(one.teacher_busy, one.students) for one in found]
    assert merits == sorted(merits)


def test_other_weeks_do_not_collide() -> None:
    block = Block(1, 3, 3, 4, first_week=5, last_week=8)
    assert not collides(Slot(3, 3, 4, (4, 9)), block)
    assert collides(Slot(3, 4, 5, (8,)), block)
