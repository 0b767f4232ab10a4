"""Everything that writes: issue, revoke, expire, note a check."""
