"""The academic record, and its only writer: students, courses, plans, grades, credits.

Nothing is overwritten: attempts and ledger postings are added (``services``), and what counts is
read from them by pure functions under a dated policy (``grading``, ``history``, ``academic``).
``rows`` has the three statements behind all histories, of one student or of thousands;
``histories`` puts them together, ``past`` leaves out what came later, ``passing`` asks the database
first who is worth reading. Codes of courses change: an equivalence leads from an old one to the one
in force, for grades and credits alike.

``tables`` loads every table from the sheets a college exports and writes the same sheet again.
``matters`` asks the workflows above, by setting, what each has under way about a course.
"""
