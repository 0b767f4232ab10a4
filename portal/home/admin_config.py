"""Beside ``apps.py``: Django takes whatever config is named there for the room's own."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """Django admin with the portal's own site."""

    default_site = "portal.home.site.PortalAdminSite"
