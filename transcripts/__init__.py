"""成绩单: a frozen snapshot of the record, set in pages, signed, and answered for afterwards.

    document   the snapshot: everything, without options      options    what is to be printed
    choosing   which rows that leaves, and what it left out   layout     rows into pages of columns
    sheet      all of it under one roof, still data           printing   to HTML, PDF and signatures

Down to ``sheet`` it is pure. ``services.issue`` keeps snapshot, options, hash and code in a row
that triggers freeze; ``views.verify`` answers whoever holds the paper from that row and says when
the record has gone on since. ``batch`` does it for a cohort as a background job.
"""
