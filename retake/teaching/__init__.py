"""二级学院落实: groups and sessions, who sits where, clashes, sheets, results."""
