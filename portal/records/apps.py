from django.apps import AppConfig

from portal.accounts.roles import Role

_MODELS = (
    "major",
    "adminclass",
    "student",
    "standingchange",
    "veteranstatus",
    "teacher",
    "course",
    "courseequivalence",
    "academicterm",
    "programmeplan",
    "plancourse",
    "planrequirement",
    "teachingclass",
    "teachingslot",
    "studentcourse",
    "makeupsitting",
    "gradeattempt",
    "gradepolicy",
    "levelexamscore",
    "othercredit",
)
_VIEW = tuple(f"view_{name}" for name in _MODELS)


class RecordsConfig(AppConfig):
    name = "portal.records"
    verbose_name = "学籍与成绩"
    role_permissions = {
        Role.TEACHING: (
            *_VIEW,
            "view_creditposting",
            *(f"{action}_{name}" for action in ("add", "change") for name in _MODELS),
            "delete_plancourse",
            "delete_planrequirement",
            "delete_teachingslot",
        ),
        Role.REVIEWER: (*_VIEW, "view_creditposting"),
        Role.FINANCE: ("view_student",),
    }
