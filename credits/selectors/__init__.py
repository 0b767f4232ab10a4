"""What the exchange's pages and services read."""
