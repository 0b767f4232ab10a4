"""What the pages and the workflows read of files, differences and days."""
