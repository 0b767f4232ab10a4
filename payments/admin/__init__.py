"""Finance's desk in Django admin, by what is on it."""

from payments.admin import (
    conflicts,
    entries,
    fiscal,
    ledger,
    orders,
    resolutions,
    strays,
    surplus,
)

__all__ = ["conflicts", "entries", "fiscal", "ledger", "orders", "resolutions", "strays", "surplus"]
