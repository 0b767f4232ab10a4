from django.apps import AppConfig

from portal.accounts.roles import Role


class InboxConfig(AppConfig):
    name = "portal.inbox"
    verbose_name = "消息"
    role_permissions = {Role.TEACHING: ("view_message", "view_letter", "view_enclosure")}
