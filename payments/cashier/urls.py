"""Addresses: pages for payers and their phones, the merchants' API, the control desk."""

from django.urls import path

from payments.cashier.views import api, control, desk_api, pages, phone
from payments.gateways import finance_wire as wire

handler404 = "payments.cashier.views.pages.missing"

urlpatterns = [
    path("healthz", api.healthz),
    path(wire.CREATE[1:], api.create),
    path(wire.QUERY[1:], api.query),
    path(wire.CLOSE[1:], api.close),
    path(wire.REFUND[1:], api.refund),
    path(wire.REFUND_QUERY[1:], api.refund_query),
    path(wire.STATEMENT[1:], api.statement),
    path("pay/<token>/", pages.choose, name="choose"),
    path("pay/<token>/method/", pages.method, name="method"),
    path("pay/<token>/order/", pages.order, name="order"),
    path("pay/<token>/state/", pages.state, name="state"),
    path("pay/<token>/invoice/", pages.invoice, name="invoice"),
    path("pay/<token>/confirm/", pages.confirm, name="confirm"),
    path("scan/<token>/", phone.scan, name="scan"),
    path("scan/<token>/confirm/", phone.confirm, name="scan-confirm"),
    path("scan/<token>/refuse/", phone.refuse, name="scan-refuse"),
    path("control/", control.desk, name="control"),
    path("control/switch/", control.switch, name="control-switch"),
    path("control/reset/", control.reset, name="control-reset"),
    path("control/pay/", control.pay, name="control-pay"),
    path("control/statement/", control.statement, name="control-statement"),
    path("control/api/<action>", desk_api.act),
]
