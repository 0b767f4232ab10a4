"""A student who presses on while everything around him is killed and started again.

He pays, walks away, pays late or twice, says 我已付款, and meets a cashier whose callbacks are
lost, repeated and late; he ends when his page says that all his courses are paid.
"""

import random
import time
from collections.abc import Mapping
from http.client import HTTPException

from benchmarks.browser import Page, Unexpected
from benchmarks.desk import Desk
from benchmarks.people import PASSWORD
from benchmarks.student import CONFIRMING, Student, return_link

ALL_PAID = "门课已缴清"
BREATH = 0.4  # seconds between two looks, about as fast as somebody can reload
# What the cashier is told about an order before it is paid.
MOODS: tuple[Mapping[str, object], ...] = (
    {},
    {"callback_lose": 2},
    {"callback_lose": 50},  # all of them: only asking finds the money
    {"callback_repeat": 2},
    {"callback_delay": 3.0},
    {"unpaid_for": 3.0},
)
WEIGHTS = (4, 1, 1, 2, 1, 1)
PAYS, PAYS_LATE = 0.65, 0.25  # shares of the orders; the rest is never paid
PAYS_LATE_NOW = 0.05  # chance at each look; what is left is paid when all else is


class Stubborn:
    """One such student; ``random`` decides what he does, so a run can be told to repeat it."""

    def __init__(self, portal: str, cashier: str, username: str, seed: int) -> None:
        self.student = Student(portal, username, PASSWORD)
        self.desk = Desk(cashier)
        self.random = random.Random(f"{seed}{username}")  # noqa: S311 -- no secret
        self.signed_in = self.enrolled = self.finished = False
        self.trouble = ""  # the last
        self.left: set[str] = set()  # orders he will not come back to
        self.late: list[str] = []  # those of them he pays when it is too late

    def persist(self, courses: int, until: float) -> None:
        """Go on until everything is paid, or until this second of the monotonic clock."""
        while not self.finished and time.monotonic() < until:
            try:
                self._step(courses)
            except (Unexpected, HTTPException, OSError) as error:
                self.trouble = f"{self.student.username}: {type(error).__name__}: {error}"
                time.sleep(BREATH)
        while self.late and time.monotonic() < until:
            self._pay_late()
        self.student.browser.close()

    def _step(self, courses: int) -> None:
        """What he did last may have arrived although the answer did not: he looks first."""
        if not self.signed_in:
            self._sign_in()
        elif not self.enrolled:
            self._enrol(courses)
        else:
            self._look_at_payments()

    def _sign_in(self) -> None:
        if "/accounts/login/" in self.student.browser.open("home", "/").url:
            self.student.sign_in()
        self.signed_in = True

    def _enrol(self, courses: int) -> None:
        if "/payments/open/" not in self.student.browser.open("payment page", "/payments/").text:
            choice = self.student.browser.open("choice", "/retake/")
            if choice.find("/retake/notice/read/") is not None:
                choice = self.student.read_notice()
            self.student.choose(choice, courses)
        self.enrolled = True

    def _look_at_payments(self) -> None:
        page = self.student.browser.open("payment page", "/payments/")
        if "/accounts/login/" in page.url:
            self.signed_in = False
            return
        if page.status != 200:
            raise Unexpected(f"/payments/ ({page.status})")
        if self.late and self.random.random() < PAYS_LATE_NOW:
            self._pay_late()
        self._go_on(page)

    def _go_on(self, page: Page) -> None:
        waiting = page.find("/pay/")
        if waiting is not None and waiting.action.split("/")[-3] not in self.left:
            self._at_cashier(self._press(page, "/pay/"))
        elif page.find("/payments/open/") is not None:
            self._at_cashier(self._open_some(page))
        elif ALL_PAID in page.text:
            self.finished = True
        else:
            time.sleep(BREATH)

    def _open_some(self, page: Page) -> Page:
        """Tick some courses of his own choice where there is one, else take the next batch."""
        form = page.form("/payments/open/")
        offered = _offered(page)
        some = self.random.sample(offered, self.random.randint(1, min(3, len(offered))))
        fields = form.filled(charge=some) if some else form.fields
        answer = self.student.browser.send("open order", page, form, fields)
        if answer.find("/payments/open/") is not None:  # 上一笔订单，你付过吗
            answer = self._press(answer, "/payments/open/")
        if answer.find("/payments/orders/") is not None:  # the cashier did not answer
            answer = self._press(answer, "/pay/")
        return answer

    def _press(self, page: Page, fragment: str) -> Page:
        form = page.form(fragment)
        return self.student.browser.send(fragment, page, form, form.fields)

    def _at_cashier(self, page: Page) -> None:
        """Pay; or walk away, for good or to pay when it is too late."""
        number = return_link(page)[1]
        throw = self.random.random()
        if throw < PAYS:
            self._pay(page, number)
            return
        self.left.add(number)
        if throw < PAYS + PAYS_LATE:
            self.late.append(number)

    def _pay(self, page: Page, number: str) -> None:
        self.desk.switch(number, self.random.choices(MOODS, WEIGHTS)[0])
        page = self.student.pay(page)
        back = self.student.browser.open("return page", return_link(page)[0])
        if CONFIRMING in back.text and self.random.random() < 0.5:
            self._press(back, "/claim/")

    def _pay_late(self) -> None:
        """The money of an order he had given up: closed, released, perhaps paid anew already."""
        try:
            self.desk.pay(self.late[0])
            self.late.pop(0)
        except (HTTPException, OSError, Unexpected):
            time.sleep(BREATH)


def _offered(page: Page) -> list[str]:
    """The charges the page lets him tick; of a single course there is only its button."""
    form = page.find("/payments/open/")
    boxes = [box for one in page.forms if "charge" in one.boxes for box in one.boxes["charge"]]
    fixed = [value for name, value in (form.fields if form else ()) if name == "charge"]
    return boxes or fixed
