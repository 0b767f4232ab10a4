"""What the reader is told about today and about us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Rules:
    """``today`` is the local day; ``order_prefix`` ours; ``fee_items`` words, one of which a fee
    item must contain (none: not checked). ``merchants``: channel → our number there, of which a
    channel's bill must be; not checked for a channel without one.
    """

    today: date
    order_prefix: str = ""
    fee_items: tuple[str, ...] = ()
    merchants: Mapping[str, str] = field(default_factory=dict)

    def is_ours(self, title: str) -> bool:
        """Whether a fee item is one of ours, or says nothing."""
        return not self.fee_items or not title or any(item in title for item in self.fee_items)
