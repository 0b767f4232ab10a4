from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "portal.calendar"
    verbose_name = "工作日历"
