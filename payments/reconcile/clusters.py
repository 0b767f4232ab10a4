"""Rows that may influence each other, found by what they have in common. Pure."""

from collections.abc import Hashable, Sequence


def clusters(ties: Sequence[Sequence[Hashable]]) -> list[list[int]]:
    """Indexes of rows that are tied directly or through others, each cluster in order.

    ``ties``: for each row whatever ties it to others (its order, trade number, charges).
    """
    parent = list(range(len(ties)))
    first: dict[Hashable, int] = {}
    for index, words in enumerate(ties):
        for word in words:
            one, other = _root(parent, first.setdefault(word, index)), _root(parent, index)
            parent[max(one, other)] = min(one, other)
    found: dict[int, list[int]] = {}
    for index in range(len(ties)):
        found.setdefault(_root(parent, index), []).append(index)
    return list(found.values())


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index
