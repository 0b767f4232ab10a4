"""The demo: a college that does not exist, and the supervisor that runs a portal from nothing.

``college`` builds students, courses and grades, those of ``college.scripts`` course by course and
the crowd from one seed; ``classrooms`` and ``exchanges`` let them go through the portal's own
services. ``supervisor`` knows no Django: it starts PostgreSQL, Valkey and the portal's processes,
for ``make demo``, tests and benchmarks. Only the demo and tests import this room.
"""
