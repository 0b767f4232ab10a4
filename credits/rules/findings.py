"""What a check answers: one sentence with the student's own figures, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.lib.labels import Labelled


class Level(Labelled):
    """How much a finding weighs."""

    OK = "ok", "符合"
    WARN = "warn", "需留意"
    STOP = "stop", "不符合"


class Topic(Labelled):
    """Whom to ask: topics of ``portal.accounts.Contact``."""

    NONE = "", ""
    LEAGUE = "second", "第二课堂"
    EXCHANGE = "exchange", "学分兑换"
    MAKEUP = "makeup", "补考"


@dataclass(frozen=True)
class Finding:
    """The answer of one check. ``code`` is stable, ``rule`` its name, ``fact`` the figures.

    ``step``: what the student can do next. Where ``on`` is set the page prints that day before
    it. ``numbers`` are the figures once more, for programs.
    """

    code: str
    level: Level
    rule: str
    fact: str
    step: str = ""
    topic: Topic = Topic.NONE
    on: date | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The figures as a whole sentence."""
        return self.fact if self.fact.endswith("。") else f"{self.fact}。"

    @property
    def stops(self) -> bool:
        return self.level is Level.STOP
