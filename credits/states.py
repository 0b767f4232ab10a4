"""States of applications and rule sets, and the only moves between them.

Ordered tuples: the same tables feed the services and the database triggers.
"""

from portal.lib.labels import Labelled


class ApplicationState(Labelled):
    """Where an application stands."""

    DRAFT = "draft", "无流程"
    PENDING = "pending", "审核中"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "审核通过"
    REJECTED = "rejected", "不通过"
    REVOKED = "revoked", "已撤销"


APPLICATION_MOVES = (
    (ApplicationState.DRAFT, ApplicationState.PENDING),
    (ApplicationState.PENDING, ApplicationState.APPROVED),
    (ApplicationState.PENDING, ApplicationState.RETURNED),
    (ApplicationState.PENDING, ApplicationState.REJECTED),
    (ApplicationState.RETURNED, ApplicationState.PENDING),
    (ApplicationState.APPROVED, ApplicationState.REVOKED),
)
APPLICATION_STARTS = (ApplicationState.DRAFT, ApplicationState.PENDING)
# About one course there is one of these at most.
STANDING = (
    ApplicationState.DRAFT,
    ApplicationState.PENDING,
    ApplicationState.RETURNED,
    ApplicationState.APPROVED,
)
# The manual: 被退回或无流程的可删除; and what the student may change.
DELETABLE = (ApplicationState.DRAFT, ApplicationState.RETURNED)
# Whose credits are held or used.
COUNTED = (ApplicationState.PENDING, ApplicationState.APPROVED)


class RuleSetState(Labelled):
    """A rule set is worked on, then published for ever; the newest published one is in force."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"


RULE_SET_MOVES = ((RuleSetState.DRAFT, RuleSetState.PUBLISHED),)
RULE_SET_STARTS = (RuleSetState.DRAFT,)


class EventKind(Labelled):
    """What happened to an application (流程跟踪)."""

    DRAFTED = "drafted", "存为草稿"
    SUBMITTED = "submitted", "提交申请"
    RESUBMITTED = "resubmitted", "修改后重新提交"
    ASKED = "asked", "要求补材料"
    SUPPLIED = "supplied", "补交材料"
    AGREED = "agreed", "二级学院同意，转教学部"
    APPROVED = "approved", "审核通过"
    RETURNED = "returned", "退回"
    REJECTED = "rejected", "不通过"
    REVOKED = "revoked", "撤销兑换"
    DELETED = "deleted", "删除"
