"""``python -m benchmarks.build N``: fill the migrated database of the settings with N students."""

import sys

import django


def main() -> None:
    """Build the cohort; Django's models can be imported only after its setup."""
    django.setup()
    from benchmarks.cohort import build  # noqa: PLC0415 -- models, after setup

    build(int(sys.argv[1]))


if __name__ == "__main__":
    main()
