"""What changed in every table, who opened whose data, and how long both are kept.

A new model has a history without anybody thinking of it: after ``migrate``, ``triggers.py`` puts
statement-level triggers on every table but those of ``tracked.py``. Leases and clocks of jobs are
no change. ``OriginMiddleware`` names page and signed-in reader, ``PlacedTask`` the task, a job who
started it, ``manage.py`` the command; nothing is asked of the database for it. The database also
refuses another number for a row that has a history, whoever asks.

``OpeningMiddleware`` writes down filters, rows and whose data a file was about. Lists of people
and the whole phone, e-mail and 学籍号 of one person (``records/admin/contacts``) ask what for
(``for_a_purpose``). Workbooks are signed with who and when at the foot of every page and in their
properties (``lib/sheets``, ``lib/streamed``), because ``portal.origin`` knows it. What is
forgotten is deleted in transactions of 2,000 rows; a row exactly as old as its setting stays.
"""
