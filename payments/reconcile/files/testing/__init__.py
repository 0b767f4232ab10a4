"""Files for tests and benchmarks, written fast."""
