from django.apps import AppConfig

from portal.accounts.roles import Role


class CalendarConfig(AppConfig):
    name = "portal.calendar"
    verbose_name = "工作日历"
    role_permissions = {
        Role.TEACHING: (
            "view_workcalendarday",
            "add_workcalendarday",
            "change_workcalendarday",
            "delete_workcalendarday",
        )
    }
