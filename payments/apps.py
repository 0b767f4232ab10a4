from django.apps import AppConfig
from django.core import checks

from portal.accounts.roles import Role

_STANDING = ("view_charge", "view_order", "view_orderline", "view_receipt", "view_surplus")


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "缴费"
    role_permissions = {
        Role.TEACHING: _STANDING,
        Role.FINANCE: (
            *_STANDING,
            "view_allocation",
            "view_conflict",
            "view_strayrefund",
            "view_gatewaymessage",
            "view_resolution",
            "add_resolution",
            "change_resolution",
            "change_caseowner",
            "view_manualentry",
            "add_manualentry",
            "change_manualentry",
            "view_fiscalreceipt",
            "add_fiscalreceipt",
            "add_closure",
        ),
    }

    def ready(self) -> None:
        """Register the system checks."""
        from payments.checks import check_settings  # noqa: PLC0415 -- after app loading
        from payments.gateways.checks import check_channels  # noqa: PLC0415 -- after app loading

        checks.register(check_settings)
        checks.register(check_channels)
