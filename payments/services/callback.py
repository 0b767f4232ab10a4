"""A gateway's callback: stored, then believed or refused."""

from collections.abc import Mapping
from datetime import datetime


def receive(
    channel: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> tuple[int, str, str]:
    """Status, body and content type of the answer to a callback."""
    raise NotImplementedError
