"""The supervisor: embedded PostgreSQL and Valkey, and the processes of the demo.

Knows no Django: it runs before there are settings to load. Linux only (``/proc``, ``prctl``).
"""
