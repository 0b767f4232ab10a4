"""Accounts with one role, colleges and their two scopes, and every door into the portal.

``views/campus.py`` is one address: a browser leaves from it for the campus portal, comes back to
it with a ticket, and is signed out at it. A ticket nobody left for is asked for anew; an unknown
number is told so. Refused tickets are not counted by ``axes``: a campus is one address. A
``Visit`` keeps session key and digest of the ticket; ``StayMiddleware`` writes at most every tenth
of the wait. Administrators reset a lost second factor, which ends every visit and leaves an
append-only ``Intervention``. ``known`` is a signed cookie, void with the next password, with tries
of its own. Verify, refused callbacks, wrong passwords of one address and downloads are counted by
the minute in ``portal.lib.rate``.
"""
