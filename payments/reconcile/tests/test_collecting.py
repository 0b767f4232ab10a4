"""Two threads that read and apply at the same time share one collector of cycles."""

import gc
from contextlib import ExitStack

from payments.reconcile.collecting import collecting_seldom


def test_the_last_of_those_who_overlap_changes_it_back() -> None:
    usual = gc.get_threshold()
    with ExitStack() as second:
        with collecting_seldom():
            seldom = gc.get_threshold()
            second.enter_context(collecting_seldom())
        assert (seldom > usual, gc.get_threshold()) == (True, seldom)
    assert gc.get_threshold() == usual
