from django.apps import AppConfig


class RetakeConfig(AppConfig):
    name = "retake"
    verbose_name = "重修"
