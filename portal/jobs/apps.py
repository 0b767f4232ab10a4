from django.apps import AppConfig

from portal.accounts.roles import Role


class JobsConfig(AppConfig):
    name = "portal.jobs"
    verbose_name = "后台任务"
    role_permissions = {Role.TEACHING: ("view_job",), Role.REVIEWER: ("view_job",)}
