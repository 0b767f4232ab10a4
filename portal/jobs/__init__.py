"""Background jobs as rows: an item each, worked off in chunks by any number of workers.

``settings.JOB_RUNNERS`` names the class that does the work of a kind (``runners.Runner``); its
chunks may be run again, because a worker that has not come back with one after two minutes is
taken for dead. An item that ends its worker three times is left out. The task is a doorbell: lost,
it costs the minute until the sweep.
"""
