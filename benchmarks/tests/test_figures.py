import json

import pytest

from benchmarks.figures import share, tell


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        ([3.0], 0.95, 3.0),
        ([4.0, 1.0, 3.0, 2.0], 0.5, 3.0),
        (list(map(float, range(100))), 0.95, 95.0),
    ],
    ids=["one", "unordered", "hundred"],
)
def test_share(values: list[float], part: float, expected: float) -> None:
    assert share(values, part) == expected


def test_a_figure_is_one_line_with_its_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    tell("rush: enrol", 50.0, "requests/s", 200.0)
    tell("rush: memory", 12.34567, "MiB")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [
        {
            "bench": "rush: enrol",
            "value": 50,
            "unit": "requests/s",
            "reference": 200,
            "ratio": 0.25,
        },
        {"bench": "rush: memory", "value": 12.35, "unit": "MiB", "reference": None, "ratio": None},
    ]
