"""One cell, looked at closely: what it certainly says, or a ``Doubt`` with reason and remedy."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.lib import money

Cell = str | float | int | bool | None

LOCAL = ZoneInfo("Asia/Shanghai")
LARGEST_FEN = 2_000_000_000  # 20 million yuan: more is no fee of a student
EARLIEST = 2000  # a year: what Excel makes of a stray number lies in 1900

# What an input method types at full width; not NFKC, which takes ³ for 3 and ª for a.
_HALF = {0xFEE0 + at: at for at in range(0x21, 0x7F)} | {0x3000: " ", 0xFFE5: "¥", 0x2212: "-"}

IDENTIFIER = re.compile(r"[0-9A-Za-z_\-|*]{1,64}")
SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[Ee][+-]?\d{1,3}", re.ASCII)
# Excel keeps 15 digits and writes zeros behind them.
ZEROED = re.compile(r"[1-9]\d{14}0{3,}", re.ASCII)
_EXACT = 10**15
_DOUBTS = (
    (re.compile(r""), "no_amount", "没有金额。", "填上实际到账金额，或删去这一行。"),
    (
        re.compile(r"[+-]?(?:nan|inf|infinity|null|none)", re.IGNORECASE),
        "nan",
        "这不是一个金额。",
        "对照原始流水填上实际到账金额。",
    ),
    (
        re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|GETTING_DATA)"),
        "formula",
        "公式出错，没有算出金额。",
        "把该列粘贴为数值后重新上传。",
    ),
    (
        SCIENTIFIC,
        "exponent",
        "金额写成了科学计数法。",
        "把该列设为数值、两位小数后重新保存。",
    ),
    (
        re.compile(r"[\d,]*\.\d{3,}"),
        "decimals",
        "金额多于两位小数，不到分。",
        "对照原始流水改成到账的元和分。",
    ),
    (
        re.compile(r"(?=.*\d)[0-9OoIl,.]*[OoIl][0-9OoIl,.]*"),
        "letter",
        "含字母 {letter}，不是数字。",
        "对照原始流水把字母改成数字。",
    ),
)
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(.+))?", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})?(?:\.(\d{1,6}))?秒?)?分?", re.ASCII)
_COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?", re.ASCII)
_SHORT = re.compile(r"^(20\d\d)(\d\d)(\d\d)(?=\s)", re.ASCII)  # 20251103 12:00:00
_ZONE = re.compile(r"(?:\+08:?00|Z)$")


class Doubt(ValueError):
    """A cell that is not certain: ``why`` it is refused and what to do (``remedy``)."""

    def __init__(self, code: str, why: str, remedy: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why
        self.remedy = remedy


def text(cell: Cell) -> str:
    """As a person sees it: ``350.0`` is 350; more digits than a double keeps stay an exponent."""
    if isinstance(cell, str):
        return _bare(cell)
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell)) if abs(cell) < _EXACT else f"{cell:.14E}"
        return repr(cell)
    return "" if cell is None else str(cell)


def _bare(cell: str) -> str:
    """Without blanks, the backtick of WeChat, the apostrophe or ``="…"`` that kept it text."""
    cell = cell.strip().lstrip("`").strip()
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1].strip()
    return cell.removeprefix("'")


def half(value: str) -> str:
    """Full-width letters, digits and signs as plain ones."""
    return value if value.isascii() else value.translate(_HALF)


def identifier(value: str, prefix: str = "") -> str:
    """A number that may be compared, as it stands; full-width characters become plain ones."""
    plain = half(value)
    _refuse_mangled(plain)
    if prefix.startswith("0") and not plain.startswith(prefix):
        _refuse_zeroless(plain, prefix)
    if not IDENTIFIER.fullmatch(plain):
        raise Doubt(
            "characters",
            "含有单号里不会出现的字符。",
            "对照原平台的单号改正，或从原平台重新导出。",
        )
    return plain


def _refuse_mangled(plain: str) -> None:
    if SCIENTIFIC.fullmatch(plain):
        raise Doubt(
            "scientific",
            "Excel 把长数字变成了科学计数法，原号已丢。",
            "从原平台重新导出；打开前先把该列设为“文本”。",
        )
    if ZEROED.fullmatch(plain):
        raise Doubt(
            "zeroed",
            "Excel 只保留 15 位数字，后面的都变成了 0，原号已丢。",
            "从原平台重新导出；打开前先把该列设为“文本”。",
        )


def _refuse_zeroless(plain: str, prefix: str) -> None:
    for lost in range(1, len(prefix) - len(prefix.lstrip("0")) + 1):
        if plain.startswith(prefix[lost:]):
            raise Doubt(
                "leading_zeros",
                f"单号应以 {prefix} 开头，前面的 0 丢了。",
                "从原平台重新导出；打开前先把该列设为“文本”。",
            )


def amount(cell: Cell, *, in_fen: bool = False, signless: bool = False) -> int:
    """Positive fen. ``signless``: a minus is the channel's way of writing a refund.

    A number cell counts with the 15 digits that Excel shows: 0.1 + 0.2 is 0.30 there.
    """
    if isinstance(cell, bool) or cell is None:
        raise _no_number()
    plain = f"{cell:.15g}" if isinstance(cell, float) else _plain_amount(str(cell))
    if plain.startswith("-") or (plain.startswith("(") and plain.endswith(")")):
        if not signless:
            raise Doubt(
                "negative",
                "金额是负数。",
                "如果是退款，请加一列“交易类型”写“退款”，金额写正数；否则核对原始流水。",
            )
        plain = plain.strip("-()")
    fen = _whole(plain) if in_fen else _yuan(plain)
    if fen == 0:
        raise Doubt("zero", "金额是 0。", "没有到账的行请删去；有到账请写实际金额。")
    if fen > LARGEST_FEN:
        raise Doubt("too_much", "金额大得不正常。", "对照原始流水核对金额和单位。")
    return fen


def _plain_amount(value: str) -> str:
    plain = half(_bare(value)).strip()
    sign = "-" if plain.startswith("-") else ""
    plain = plain.removeprefix("-").strip().removeprefix("¥").strip()
    if plain.startswith("-"):
        sign, plain = "-", plain[1:]
    return sign + plain.removesuffix("元").strip()


def _yuan(plain: str) -> int:
    try:
        return money.to_fen(plain)
    except ValueError as error:
        raise _amount_doubt(plain) from error


def _whole(plain: str) -> int:
    if not (plain.isascii() and plain.isdigit()) or len(plain) > money.LONGEST:
        raise Doubt("fen", "这一列以分为单位，应当是整数。", "对照原始流水核对金额和单位。")
    return int(plain)


def _amount_doubt(plain: str) -> Doubt:
    found = next((doubt for pattern, *doubt in _DOUBTS if pattern.fullmatch(plain)), None)
    if found is None:
        return _no_number()
    code, why, remedy = found
    letter = next((one for one in plain if one.isalpha()), "")
    return Doubt(code, why.format(letter=letter), remedy)


def _no_number() -> Doubt:
    return Doubt("not_a_number", "这不是一个金额。", "对照原始流水填上金额，例如 1100.00。")


def is_time_of_day(value: str) -> bool:
    """Without a day: 12:00:00."""
    return _TIME.fullmatch(half(value).strip()) is not None


def moment(value: str, today: date) -> tuple[datetime, bool]:
    """A local time, and whether the cell tells the day only; never after ``today``."""
    plain = half(value).strip()
    found, on_day = _moment(plain)
    if found.date() > today:
        raise Doubt("future", "日期在今天之后。", "对照原始流水核对日期。")
    if found.year < EARLIEST:
        raise Doubt("too_early", "日期太早，不会是缴费时间。", "对照原始流水核对日期。")
    return found, on_day


def _moment(plain: str) -> tuple[datetime, bool]:
    if compact := _COMPACT.fullmatch(plain):
        numbers = [int(part) for part in compact.groups() if part is not None]
        return _calendar(*numbers), compact[4] is None
    whole = _DAY.fullmatch(_SHORT.sub(r"\1-\2-\3", plain))
    if whole is None:
        raise _no_time()
    day = _calendar(int(whole[1]), int(whole[2]), int(whole[3]))
    if whole[4] is None:
        return day, True
    return _clock(day, whole[4].strip()), False


def _clock(day: datetime, plain: str) -> datetime:
    zone = _ZONE.search(plain)
    clock = _TIME.fullmatch(_ZONE.sub("", plain).strip())
    if clock is None:
        raise _no_time()
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    told = _calendar(day.year, day.month, day.day, hour, minute, second)
    # Excel keeps times as fractions of a day: 59.9996 s is the next second.
    fraction = float(f"0.{clock[4]}") if clock[4] else 0.0
    if zone is not None and zone[0] == "Z":
        told += timedelta(hours=8)
    return told + timedelta(seconds=round(fraction))


def _calendar(*numbers: int) -> datetime:
    try:
        year, month, day, hour, minute, second = (*numbers, 0, 0, 0)[:6]
        return datetime(year, month, day, hour, minute, second, tzinfo=LOCAL)
    except ValueError as error:
        raise Doubt("no_such_day", "没有这个日期或时刻。", "查原始流水的时间。") from error


def _no_time() -> Doubt:
    return Doubt(
        "no_time", "看不出是哪一天。", "写成 2025-11-03 12:00:00；在 Excel 里把该列设为日期格式。"
    )
