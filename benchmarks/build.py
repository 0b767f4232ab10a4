"""Fill the migrated database of the settings; run in a process of its own."""

import django


def build(students: int) -> None:
    """Build the cohort; Django's models can be imported only after its setup."""
    django.setup()
    from benchmarks import cohort  # noqa: PLC0415 -- models, after setup

    cohort.build(students)
