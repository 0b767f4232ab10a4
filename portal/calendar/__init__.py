"""Working days: the college's word on a day, else the State Council's, else the weekend rule.

A row is a day that is not what the weekend rule says; ``manage.py seed_calendar`` writes the
official ones. A count over days nobody has decided yet says that it is provisional
(``walk.WorkingDayResult``), and whoever shows a deadline works it out again at every look.
"""
