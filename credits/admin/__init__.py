"""The exchange in admin: colleges review, the teaching office keeps the rules."""

from credits.admin.applications import ApplicationAdmin
from credits.admin.rules import RuleSetAdmin

__all__ = ["ApplicationAdmin", "RuleSetAdmin"]
