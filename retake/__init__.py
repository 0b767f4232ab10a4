"""重修: rounds, who may enrol and why not, verification, classes, results.

``teaching/slots.py`` puts proposed hours into a group and takes them out again; ``sheet.py`` reads
a college's sheet, ``sheet_apply.py`` writes it. A session that is dropped stays as cancelled, a
seat that is left as ended, an exam that is taken out beside the group, so that calendars can be
told.

The look-up table (``guidance``) reads seats in the order (group, id) whatever is asked: words are
resolved in courses, teachers and groups first, home college and major in classes, and a seat
repeats its student's class and year (``filing.py`` follows the record every half hour), so an
index has that order for them too.
"""
