"""Ways to pay: one module per channel behind the Protocol of ``base``; no ORM in here."""
