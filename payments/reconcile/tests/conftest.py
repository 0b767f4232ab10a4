"""What the tests of reconciliation share."""

from pathlib import Path

import pytest

from payments.reconcile.tests.files_made import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A clerk who reads files."""
    return Desk(tmp_path)
