from django.apps import AppConfig

from portal.accounts.roles import Role

_READ = (
    "view_upload", "view_uploadrow", "view_rowoutcome", "view_headermapping", "view_dayclose",
    "view_handling",
)  # fmt: skip


class ReconcileConfig(AppConfig):
    name = "payments.reconcile"
    label = "reconcile"
    verbose_name = "对账"
    role_permissions = {
        Role.FINANCE: (
            *_READ,
            "add_upload",
            "apply_upload",
            "add_headermapping",
            "change_headermapping",
            "add_handling",
            "add_dayclose",
        ),
    }
