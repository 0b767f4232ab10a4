"""The stand-in finance platform (缴费平台): another company's process, as far as the portal knows.

Own store (SQLite), own pages, own port; reached only over the signed HTTP of
``payments.gateways.finance_wire``. Start it with ``python -m payments.cashier``. Nobody imports it,
save tests through ``payments.cashier.testing``.
"""
