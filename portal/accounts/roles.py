"""Roles, and the permissions each app grants them.

A user has one role. Each role is a Django group of the same name, so that a college can adjust
what a role may do in admin. An app says what it grants in its ``AppConfig``::

    role_permissions = {Role.TEACHING: ("view_round", "add_round")}
"""

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig

from portal.lib.labels import Labelled


class Role(Labelled):
    """Who somebody is to the portal (design §1)."""

    STUDENT = "student", "学生"
    REVIEWER = "reviewer", "二级学院"
    TEACHING = "teaching", "教学部"
    FINANCE = "finance", "财务处"
    ADMIN = "admin", "系统管理员"


STAFF_ROLES = (Role.REVIEWER, Role.TEACHING, Role.FINANCE, Role.ADMIN)
ALL_COLLEGES = (Role.TEACHING, Role.FINANCE, Role.ADMIN)


def sync_role_groups(sender: AppConfig, **_signal: Any) -> None:
    """Give new role groups the permissions the apps declare.

    Runs after every migration and only ever adds: what a college takes from a group in admin
    comes back with the next upgrade unless the role itself is changed.
    """
    from django.contrib.auth.models import Group, Permission  # noqa: PLC0415 -- after app loading

    declared: Mapping[str, tuple[str, ...]] = getattr(sender, "role_permissions", {})
    for role, codenames in declared.items():
        group, _ = Group.objects.get_or_create(name=role)
        wanted = Permission.objects.filter(
            content_type__app_label=sender.label, codename__in=codenames
        )
        group.permissions.add(*wanted)
