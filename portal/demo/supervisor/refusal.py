"""Why nothing was started, in one sentence for the person at the terminal."""


class Refusal(Exception):
    """A start that was refused or given up; whatever had been started is stopped again."""
