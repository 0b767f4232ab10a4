"""What the portal costs under load, and whether kill -9 loses money; run by ``make bench``."""
