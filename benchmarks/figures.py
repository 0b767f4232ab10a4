"""Figures as they are printed: one JSON object a line."""

import json
from collections.abc import Sequence


def share(values: Sequence[float], part: float) -> float:
    """The value below which ``part`` (0–1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def tell(bench: str, value: float, unit: str, reference: float | None = None) -> None:
    """Print one figure; ``reference`` has the same unit and was measured in the same run."""
    ratio = value / reference if reference else None
    figure = {
        "bench": bench,
        "value": _short(value),
        "unit": unit,
        "reference": _short(reference),
        "ratio": _short(ratio),
    }
    print(json.dumps(figure, ensure_ascii=False), flush=True)


def _short(value: float | None) -> float | None:
    """Four digits are more than a shared machine can promise."""
    return None if value is None else float(f"{value:.4g}")
