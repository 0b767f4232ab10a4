"""Pages for students: parse, call one service, redirect."""
