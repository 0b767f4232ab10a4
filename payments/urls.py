from django.urls import path, register_converter
from django.urls.converters import StringConverter

from payments import webhooks
from payments.views import actions, code, orders, plan


class OrderNumber(StringConverter):
    """What an order number may look like; nothing else reaches the database."""

    regex = "[0-9A-Za-z_-]{1,32}"


register_converter(OrderNumber, "order_number")

app_name = "payments"
urlpatterns = [
    path("", plan.page, name="plan"),
    path("board/", plan.board, name="board"),
    path("open/", actions.open_order, name="open"),
    path("lines/<int:line_id>/release/", actions.release, name="release"),
    path("orders/", orders.history, name="orders"),
    path("orders/<order_number:number>/", orders.detail, name="order"),
    path("orders/<order_number:number>/return/", orders.back, name="return"),
    path("orders/<order_number:number>/result/", orders.result, name="result"),
    path("orders/<order_number:number>/pay/", actions.pay, name="pay"),
    path("orders/<order_number:number>/code/", code.page, name="code"),
    path("orders/<order_number:number>/scanned/", code.scanned, name="scanned"),
    path("orders/<order_number:number>/claim/", actions.claim, name="claim"),
    path("orders/<order_number:number>/retract/", actions.retract, name="retract"),
    path("callback/<slug:channel>", webhooks.callback, name="callback"),
]
