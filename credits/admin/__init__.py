"""Credit exchange in admin: the college's queue, the decision page, the rules and their replay."""

from credits.admin.applications import ApplicationAdmin
from credits.admin.rule_sets import RuleSetAdmin

__all__ = ["ApplicationAdmin", "RuleSetAdmin"]
