"""Ways to a reader outside the portal, one module each behind one Protocol (``base.Channel``).

The inbox itself is no such way: a message is in it once the transaction that caused it commits.
"""
