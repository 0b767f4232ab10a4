"""Export every arranged row as the page does; prints seconds and the most memory in MB."""

import sys
import time
from pathlib import Path

import django


def main() -> int:
    """Called by ``benchmarks.guiding`` on its scratch database."""
    django.setup()
    from portal.accounts.models import User  # noqa: PLC0415 -- models, after setup
    from portal.lib.streamed import stream_sheet  # noqa: PLC0415
    from retake.guidance.filters import Filters, chosen  # noqa: PLC0415
    from retake.guidance.table import COLUMNS, phones_for, streamed  # noqa: PLC0415

    user = User.objects.get(username="teaching")
    started = time.perf_counter()
    rows = streamed(chosen(user, Filters()), phones_for(user))
    size = sum(len(piece) for piece in stream_sheet(COLUMNS, rows))
    seconds = time.perf_counter() - started
    print(size, seconds, _most_megabytes())
    return 0


def _most_megabytes() -> float:
    """The kernel's own high-water mark; getrusage reports the parent's after a fork."""
    status = Path("/proc/self/status").read_text()
    [kilobytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(kilobytes) / 1024


if __name__ == "__main__":
    sys.exit(main())
