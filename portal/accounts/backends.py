"""Permissions come from the group that carries the name of the user's role."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.models import User

DEMO_PASSWORD = "demo"  # noqa: S105 -- printed by the demo itself


class RolePermissions(ModelBackend):
    """One fact, one place: the role is on the user, the permissions on the role's group."""

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission]:
        return Permission.objects.filter(group__name=user_obj.role)

    def _get_user_permissions(self, user_obj: User) -> QuerySet[Permission]:  # noqa: ARG002 -- Django's signature
        return Permission.objects.none()


class RoleBackend(RolePermissions):
    """Number and password."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> User | None:
        """Everybody knows the demo's password, so outside the demo it opens nothing."""
        if password == DEMO_PASSWORD and not settings.DEMO:
            return None
        return super().authenticate(request, username, password, **others)
