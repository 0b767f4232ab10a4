"""The one kind of refusal: a code for programs, a Chinese sentence for people."""


class DomainError(Exception):
    """A request that is refused; nothing was changed.

    ``code`` is stable and English (``order.paid``); ``message`` is the sentence the
    user reads; ``advice`` the next step in the user's words; ``status`` the HTTP status a page
    answers with (4xx).
    """

    def __init__(self, code: str, message: str, *, advice: str = "", status: int = 409) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.advice = advice
        self.status = status

    @property
    def sentence(self) -> str:
        """What is refused and what to do, for places that have one line."""
        return f"{self.message}{self.advice}"


class NotYours(DomainError):
    """Somebody else's row, or one that does not exist: the answer is the same for both."""

    def __init__(self, message: str = "没有找到这条记录。") -> None:
        super().__init__("not_found", message, advice="回到列表再看一遍。", status=404)
