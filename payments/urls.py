from django.urls import path

from payments import webhooks
from payments.views import actions, orders, plan

app_name = "payments"
urlpatterns = [
    path("", plan.page, name="plan"),
    path("board/", plan.board, name="board"),
    path("open/", actions.open_order, name="open"),
    path("lines/<int:line_id>/release/", actions.release, name="release"),
    path("orders/", orders.history, name="orders"),
    path("orders/<str:number>/", orders.detail, name="order"),
    path("orders/<str:number>/return/", orders.back, name="return"),
    path("orders/<str:number>/result/", orders.result, name="result"),
    path("orders/<str:number>/pay/", actions.pay, name="pay"),
    path("orders/<str:number>/claim/", actions.claim, name="claim"),
    path("orders/<str:number>/retract/", actions.retract, name="retract"),
    path("callback/<slug:channel>", webhooks.callback, name="callback"),
]
