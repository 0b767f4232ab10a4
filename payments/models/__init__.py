"""Money: what is owed, how it is being paid, what arrived, and where each fen went.

Facts (messages, receipts, allocations, surpluses) are append-only; PostgreSQL refuses to change
them. What is paid is derived from lines, lines follow receipts, and ``audit_money`` proves that
nothing is lost between them. Amounts are integer fen.
"""

from payments.models.cases import Closure, Finding, FiscalReceipt, ManualEntry
from payments.models.orders import Charge, Order, OrderLine
from payments.models.receipts import (
    AdoptedNumber,
    Allocation,
    Conflict,
    GatewayMessage,
    Receipt,
    Reconciled,
    Surplus,
)
from payments.models.resolutions import CaseOwner, Resolution, ResolutionEvent
from payments.models.strays import StrayRefund

__all__ = [
    "AdoptedNumber",
    "Allocation",
    "CaseOwner",
    "Charge",
    "Closure",
    "Conflict",
    "Finding",
    "FiscalReceipt",
    "GatewayMessage",
    "ManualEntry",
    "Order",
    "OrderLine",
    "Receipt",
    "Reconciled",
    "Resolution",
    "ResolutionEvent",
    "StrayRefund",
    "Surplus",
]
