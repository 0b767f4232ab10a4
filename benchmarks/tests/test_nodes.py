"""Two machines, one killed for good while students pay."""

from benchmarks.tests.running import figures_of


def test_a_machine_that_dies_loses_nothing() -> None:
    figures = figures_of("nodes", PAYMENTS="6", SECONDS="400", INSTANCE="nodes-test")
    wanted = {"nodes: lost": 0, "nodes: doubled": 0, "nodes: stuck": 0}
    assert {name: figures[name] for name in wanted} == wanted
    assert [figures[f"nodes: kill -9 of {name}"] for name in ("web", "worker", "beat")] == [1] * 3
    assert figures["nodes: payments"] >= figures["nodes: payments before the death"] + 1
