from django.apps import AppConfig

from portal.accounts.roles import Role

_READ = ("view_application", "view_applicationevent", "view_attachment")
_RULES = ("ruleset", "pricerule", "namedcourse")


class CreditsConfig(AppConfig):
    name = "credits"
    verbose_name = "学分兑换"
    role_permissions = {
        Role.TEACHING: (
            *_READ,
            "second_application",
            "revoke_application",
            "publish_ruleset",
            *(f"{action}_{name}" for action in ("view", "add", "change") for name in _RULES),
            *(f"delete_{name}" for name in _RULES),
        ),
        Role.REVIEWER: (*_READ, "decide_application", *(f"view_{name}" for name in _RULES)),
    }
