"""The chaos run, bounded: enough kills to hit payments half way, in about a minute."""

from benchmarks.tests.running import figures_of

SEED = "12"  # its first victim is PostgreSQL: nobody is done before the second is chosen


def test_kill_9_of_anything_loses_and_doubles_nothing() -> None:
    figures = figures_of("chaos", PAYMENTS="12", SECONDS="150", SEED=SEED, INSTANCE="chaos-test")
    wanted = {"chaos: lost": 0, "chaos: doubled": 0, "chaos: stuck": 0}
    assert {name: figures[name] for name in wanted} == wanted
    assert figures["chaos: payments"] >= 8
    assert sum(times for name, times in figures.items() if name.startswith("chaos: kill")) >= 2
