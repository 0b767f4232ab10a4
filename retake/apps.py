from django.apps import AppConfig

from portal.accounts.roles import Role

_READ = (
    "view_round",
    "view_ruleset",
    "view_enrollment",
    "view_enrollmentevent",
    "view_noticeacknowledgement",
)
# 二级学院落实: the offering college for its own courses, the teaching office for all.
TEACHING = ("view_teachinggroup", "add_teachinggroup", "change_teachinggroup")


class RetakeConfig(AppConfig):
    name = "retake"
    verbose_name = "重修"
    role_permissions = {
        Role.TEACHING: (
            *_READ,
            "add_round",
            "change_round",
            "delete_round",
            "publish_round",
            "verify_round",
            *TEACHING,
            "add_ruleset",
            "change_enrollment",
            "override_eligibility",
            "view_veteranclaim",
            "decide_veteranclaim",
        ),
        Role.REVIEWER: ("view_round", "view_enrollment", "view_enrollmentevent", *TEACHING),
        Role.FINANCE: ("view_round", "view_enrollment", "view_enrollmentevent"),
    }
