"""Reading a reconciliation file: by its content, never by its name, row by row."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from types import MappingProxyType

from payments.reconcile.files import heads, refusals, sources
from payments.reconcile.files.heads import Mappings
from payments.reconcile.files.reading import Reading
from payments.reconcile.files.row import Candidate, UnknownHeaders
from payments.reconcile.files.rules import Rules
from payments.reconcile.files.tables import Table


def read(
    path: Path,
    *,
    today: date,
    mappings: Mappings,
    order_prefix: str = "",
    fee_items: Sequence[str] = (),
    merchants: Mapping[str, str] = MappingProxyType({}),
) -> Generator[Reading, None, None]:
    """The tables of a file, one after the other: exhaust each before asking for the next.

    One table for each visible sheet whose header is known (others hold notes), each HTML table,
    and those of each file of a zip; a file without any known header refuses the whole zip.
    ``today`` is the local day: a row of a later one is refused. ``order_prefix`` (ours) shows
    numbers that lost their beginning. ``fee_items``: a row whose fee item contains none of these
    words is refused as another fee; empty switches the check off. ``merchants``: our number at
    each channel; the bill of another merchant is refused whole.

    Raises ``FileRefused``, and ``UnknownHeaders`` with what a mapping page needs; both also from
    within a ``Reading``.
    """
    with closing(sources.tables(path)) as tables:
        rules = Rules(today, order_prefix, tuple(fee_items), merchants)
        yield from _readings(tables, rules, mappings)


def _readings(tables: Iterable[Table], rules: Rules, mappings: Mappings) -> Iterator[Reading]:
    known: set[str] = set()  # members; of a file that is no zip there is one, without a name
    unknown: dict[str, list[Candidate]] = {}
    for table in tables:
        first = next(table.blocks, None)
        if first is None:
            continue
        head = heads.find(first, mappings)
        if head is not None:
            known.add(table.member)
            yield Reading(table, first, head, rules)
        else:
            unknown.setdefault(table.member, []).extend(heads.candidates(table, first))
    for member, some in unknown.items():
        if member not in known:
            no_table = refusals.of_member(refusals.no_table(), member)
            raise UnknownHeaders(tuple(some)) if some else no_table
    if not known:
        raise refusals.empty()
