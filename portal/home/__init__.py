"""The frame around every page, the dashboard, and pages that belong to no workflow.

The one room that reads all the others: ``todo`` works out a student's home page, ``desk`` what
waits for the staff, ``stored`` what is kept about somebody. ``site`` is admin itself.
"""
