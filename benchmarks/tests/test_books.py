import pytest

from benchmarks.books import Books, Trade

PAID = {"T1": ("ZZJF1", 300), "T2": ("ZZJF2", 500)}
FIRST, SECOND = Trade("T1", "ZZJF1", 300, 300), Trade("T2", "ZZJF2", 500, 500)


@pytest.mark.parametrize(
    ("received", "lost", "doubled"),
    [
        ([FIRST, SECOND], [], []),
        ([FIRST], ["T2"], []),
        ([FIRST, Trade("T2", "ZZJF2", 500, 400)], ["T2"], []),
        ([FIRST, Trade("T2", "ZZJF1", 500, 500)], ["T2"], []),
        ([FIRST, SECOND, SECOND], [], ["T2"]),
        ([FIRST, Trade("T2", "ZZJF2", 500, 1000)], ["T2"], ["T2"]),
        ([FIRST, SECOND, Trade("T3", "ZZJF3", 100, 100)], [], ["T3"]),
    ],
    ids=["both", "missing", "a part dropped", "another order", "twice", "given twice", "invented"],
)
def test_every_payment_is_there_once(
    received: list[Trade], lost: list[str], doubled: list[str]
) -> None:
    books = Books(PAID, tuple(received), ())
    assert (books.lost, books.doubled) == (lost, doubled)


def test_a_charge_paid_twice_is_doubled() -> None:
    assert Books(PAID, (FIRST, SECOND), (17,)).doubled == ["charge 17"]


def test_an_order_that_was_promised_is_missed() -> None:
    problems = list(Books(PAID, (FIRST, SECOND), ()).problems(["ZZJF1", "ZZJF9"]))
    assert problems == ["promised, not paid: ZZJF9"]
