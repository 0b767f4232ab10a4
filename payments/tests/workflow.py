"""A small real workflow: purpose ``test``. Everything is payable within one wide window, except
references that say otherwise.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from payments.standing import PayWindow
from payments.timeline import Verification

OPENS = datetime(2025, 4, 21, 4, 0, tzinfo=UTC)
CLOSES = datetime(2025, 4, 30, 9, 0, tzinfo=UTC)
FAR = datetime(2125, 1, 1, tzinfo=UTC)


class TestCharges:
    """References starting with ``no-`` are refused; ``live-`` ones stay payable today,
    ``done-`` ones are verified.
    """

    __test__ = False  # not a test class
    label = "测试"

    def titles(self, references: Sequence[str]) -> Mapping[str, str]:
        return {reference: f"项目 {reference}" for reference in references}

    def payable(self, references: Sequence[str], now: datetime) -> Mapping[str, PayWindow]:  # noqa: ARG002 -- the contract
        return {
            reference: PayWindow(
                OPENS,
                FAR if reference.startswith("live-") else CLOSES,
                "这门课的报名已取消。" if reference.startswith("no-") else "",
            )
            for reference in references
        }

    def steps(self, references: Sequence[str]) -> Mapping[str, Verification]:
        return {
            reference: Verification(reference.startswith("done-"), CLOSES)
            for reference in references
        }

    def groups(self, groups: Sequence[str]) -> Mapping[str, str]:
        return {group: f"批次 {group}" for group in groups if group != "gone"}
