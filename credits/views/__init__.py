"""The exchange's pages; each view parses, calls one service or selector, and answers."""
