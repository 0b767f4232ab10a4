"""Past applications under other rules: same answer, or another, and why. Pure; ``services/replay.py`` feeds it."""
