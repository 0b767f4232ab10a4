"""Permissions come from the group that carries the name of the user's role."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from portal.accounts.models import User


class RoleBackend(ModelBackend):
    """One fact, one place: the role is on the user, the permissions on the role's group."""

    def _get_group_permissions(self, user_obj: User) -> QuerySet[Permission]:
        return Permission.objects.filter(group__name=user_obj.role)

    def _get_user_permissions(self, user_obj: User) -> QuerySet[Permission]:  # noqa: ARG002 -- Django's signature
        return Permission.objects.none()
