"""The exchange rules: pure checks over frozen facts, each returning a finding with numbers."""

from credits.rules.check import check, check_target, clean, first_stop, needs_second, stops
from credits.rules.effect import Effect, effects
from credits.rules.facts import Case, Holding, Past, Person, Sitting, Source, Target
from credits.rules.findings import Finding, Level, Topic
from credits.rules.ruleset import Price, Rules

__all__ = [
    "Case",
    "Effect",
    "Finding",
    "Holding",
    "Level",
    "Past",
    "Person",
    "Price",
    "Rules",
    "Sitting",
    "Source",
    "Target",
    "Topic",
    "check",
    "check_target",
    "clean",
    "effects",
    "first_stop",
    "needs_second",
    "stops",
]
