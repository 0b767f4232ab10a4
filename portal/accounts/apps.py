"""Users, roles, colleges and the two college scopes."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    verbose_name = "账号与学院"
    role_permissions = {
        "teaching": (
            "view_college",
            "add_college",
            "change_college",
            "view_contact",
            "add_contact",
            "change_contact",
        )
    }

    def ready(self) -> None:
        from portal.accounts.roles import sync_role_groups  # noqa: PLC0415 -- needs the models

        post_migrate.connect(sync_role_groups, dispatch_uid="portal.accounts.roles")
