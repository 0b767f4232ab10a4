"""Who changed what, who opened whose data, and how long that is kept."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.core.checks import register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from portal.lib import origin


class AuditConfig(AppConfig):
    name = "portal.audit"
    verbose_name = "审计"

    def ready(self) -> None:
        from portal.audit.checks import check_retention  # noqa: PLC0415 -- needs the models
        from portal.audit.triggers import install  # noqa: PLC0415 -- needs the models
        from portal.audit.viewing import signed_out  # noqa: PLC0415 -- needs the models

        register(check_retention)
        post_migrate.connect(install, sender=self, dispatch_uid="portal.audit.triggers")
        user_logged_out.connect(signed_out, dispatch_uid="portal.audit.viewing")
        connection_created.connect(origin.watch, dispatch_uid="portal.lib.origin")
