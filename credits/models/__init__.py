"""The tables of the exchange, by noun."""

from credits.models.applications import Application, ApplicationEvent, ApplicationSource
from credits.models.attachments import Attachment
from credits.models.replays import ReplayDifference
from credits.models.rules import NamedCourse, PriceRule, RuleSet

__all__ = [
    "Application",
    "ApplicationEvent",
    "ApplicationSource",
    "Attachment",
    "NamedCourse",
    "PriceRule",
    "ReplayDifference",
    "RuleSet",
]
