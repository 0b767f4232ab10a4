"""What finance does with files, differences and days. Services move, selectors read."""
