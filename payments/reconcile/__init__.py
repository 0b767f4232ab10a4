"""Files that say which money moved, held against the orders, and the days that were closed.

``files`` knows no Django: ``sources`` tells files apart by their bytes, ``heads`` finds the
header, ``layouts`` says whose table it is, ``swift`` proves a clean block with one pattern a
column, ``checking`` looks at whatever is not clean cell by cell, and only it refuses. A zip holds
texts and workbooks; all they unpack to counts together. A bill names its merchant: another than
ours (``WECHAT_MCHID``, ``ALIPAY_SELLER_ID``) is refused whole. Headers nobody knows raise
``UnknownHeaders`` with what a mapping page needs; the answer is found again by the header's
fingerprint.

Workbooks are read by a process of its own with limits of memory and time (``calamine_child``),
because the native parser allocates what a file claims and aborts where it fails. It would also
keep 740 MB of a million rows, so xlsx sheets above 32 MB of XML are streamed (``big_sheet``,
``big_shape``) at about the parser's own time. Clean rows stay columns (``CleanRows``) from the
block to the COPY; only others become a ``FileRow`` or ``Fault`` each.

Three go on beside each other (``ahead``): a thread reads, one session of the database matches some
thousand rows (``matching``), another keeps them (``keeping``), all at once for everybody else. A
row costs about 15 µs of processor from upload to preview in an xlsx and 13 in a csv, database
included (``make bench NAME=reconcile``): 6 and 4 to read and hand on, of which calamine and the csv
module take 5 and 2 themselves, 4.5 to match and 3.5 to keep.

Certain by joins is a row about one order that no other row touches; rows that may influence each
other (same order, trade number or charge) are clusters, entered into ``payments.book`` by
``foresee`` when the last row is known (``touching``). A cluster is never cut, so batches may be
applied in any order by any number of workers. A kill repeats nothing. One file is applied at a time
(partial unique index).
``UploadRow`` and ``RowOutcome`` carry no checked foreign keys: the checks would cost more than the
rows, and what they point to is never deleted. ``manage.py reconcile FILE [--apply]`` does it all
without pages.

``pages`` are frozen dataclasses worked out before they are drawn; ``pages/words.py`` is the one
place for what a group is called, what happens to it and why, ``pages/eyes.py`` for whose names may
be said: whole for the finance office, masked for all others. The workbook of a group carries the
file's own columns first: mended rows can be sent again as they are.
"""
