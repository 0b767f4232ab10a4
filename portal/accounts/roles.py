"""Roles, and the permissions each app grants them.

A user has one role. Each role is a Django group of the same name, so that a college can adjust
what a role may do in admin. An app says what it grants in its ``AppConfig``::

    role_permissions = {Role.TEACHING: ("view_round", "add_round")}
"""

from collections.abc import Mapping
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.apps.registry import Apps

from portal.lib.labels import Labelled


class Role(Labelled):
    """Who somebody is to the portal."""

    STUDENT = "student", "学生"
    REVIEWER = "reviewer", "二级学院"
    TEACHING = "teaching", "教学部"
    FINANCE = "finance", "财务处"
    ADMIN = "admin", "系统管理员"


STAFF_ROLES = (Role.REVIEWER, Role.TEACHING, Role.FINANCE, Role.ADMIN)
# Who may read whole phone numbers, each time for a purpose that is written down.
WITH_PHONES = (Role.REVIEWER, Role.TEACHING, Role.ADMIN)
ALL_COLLEGES = (Role.TEACHING, Role.FINANCE, Role.ADMIN)


def sync_role_groups(sender: AppConfig, apps: Apps = installed, **_signal: Any) -> None:
    """Give new role groups the permissions the apps declare.

    Runs after every migration and only ever adds: what a college takes from a group in admin
    comes back with the next upgrade unless the role itself is changed. ``apps``: the models as far
    as the database has them.
    """
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:  # apps migrated one at a time: auth has no tables yet
        return
    declared: Mapping[str, tuple[str, ...]] = getattr(sender, "role_permissions", {})
    for role, codenames in declared.items():
        group, _ = group_model.objects.get_or_create(name=role)
        wanted = permission_model.objects.filter(
            content_type__app_label=sender.label, codename__in=codenames
        )
        group.permissions.add(*wanted)
