"""What is owed, what was paid for it, and where every fen is now; no workflow is named here.

A workflow raises charges (``services.charges``) and answers for them through the handler that
``settings.CHARGE_HANDLERS`` names. ``standing`` says what may be done with a charge now, ``decide``
what becomes of money that arrived, ``book`` enters arrivals in order for a callback, a file and its
preview alike; all three are pure. ``services.settle`` is the one way in for money,
``services.locks`` the one order of locks. ``audit`` proves the sums.

Payers see ``board`` and ``timeline``, finance the desk in ``admin``; ``reconcile`` holds files
against all this and is known to nothing else here.
"""
