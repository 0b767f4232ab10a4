"""Everything that writes money. Services take ``now`` and know no request."""
