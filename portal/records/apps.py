from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "portal.records"
    verbose_name = "学籍与成绩"
