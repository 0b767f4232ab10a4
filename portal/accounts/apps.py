"""Users, roles, colleges and the two college scopes."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    verbose_name = "账号与学院"
    role_permissions = {
        "reviewer": ("view_as_student",),
        "teaching": (
            "view_as_student",
            "view_college",
            "add_college",
            "change_college",
            "view_contact",
            "add_contact",
            "change_contact",
        ),
    }

    def ready(self) -> None:
        import django_cas_ng  # noqa: F401, PLC0415 -- completes the settings, so once and early

        from portal.accounts import lost  # noqa: PLC0415 -- needs the models
        from portal.accounts.arrivals import arrived, left, refused  # noqa: PLC0415 -- as above
        from portal.accounts.roles import sync_role_groups  # noqa: PLC0415 -- needs the models

        user_logged_in.connect(arrived, dispatch_uid="portal.accounts.arrived")
        user_logged_in.connect(lost.arrived, dispatch_uid="portal.accounts.lost")
        user_logged_out.connect(left, dispatch_uid="portal.accounts.left")
        user_login_failed.connect(refused, dispatch_uid="portal.accounts.refused")
        post_migrate.connect(sync_role_groups, dispatch_uid="portal.accounts.roles")
