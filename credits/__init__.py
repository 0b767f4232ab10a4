"""学分兑换: a course that stays failed is paid for with credits the student has to spare.

The home page reads its exchanges (``selectors/overview.py``) as columns of the statement its frame
makes anyway. ``ground_of()`` works out once what all cases of a student share.

The review queue (``selectors/queue.py``) puts the oldest deadline first and counts no further than
a thousand rows: nobody pages on, and a queue of years costs what one of a week does; one covering
index holds whose turn is the staff's, and words are looked up in students and courses first. A
decision carries the version that was read; whoever comes second is told who did what when, and
keeps what he has typed. Files are compared by hash first; where perceptual hashes are near, field
by field (``attachments/likeness.py``), because every screenshot of one page has the same hash.

A PDF is cleaned and drawn by a process of its own (``attachments/pdf_child.py``: limits of time and
memory, no settings, no environment), because its libraries are native code and few bytes unpack to
many; its pages lie beside it as pictures, which a reviewer turns and enlarges.

A replay of the past under a draft (``replay.py``, pure) is a ``portal.jobs`` row: an item is a
stretch of 500 applications, the rules are frozen into the job when it begins, only differences are
stored.
"""
