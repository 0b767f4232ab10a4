"""The sentences with which a whole file is refused. Limits are in here, next to their words."""

from payments.reconcile.files.row import FileRefused

MB = 1024 * 1024
MAX_BYTES = 256 * MB
MAX_UNPACKED = 1536 * MB  # of a zip or workbook; a million rows in Excel take 600 MB of XML
MAX_RATIO = 400  # unpacked to packed; spreadsheets stay below 100
RATIO_FROM = 16 * MB  # a small file may be all zeros
MAX_MEMBERS = 60
MAX_PARTS = 4000  # parts of one workbook
MAX_ROWS = 1_100_000  # Excel itself ends at 1,048,576
MAX_COLUMNS = 200


def of_member(refused: FileRefused, member: str) -> FileRefused:
    """The same, said of one file of a zip; one that is no zip has no name."""
    if not member or member in refused.sentence:
        return refused
    return FileRefused(refused.code, f"压缩包里的 {member}：{refused.sentence}", refused.remedy)


def unreadable() -> FileRefused:
    """Cut in the middle, damaged, or of no kind that is known."""
    return FileRefused(
        "unreadable",
        "这个文件打不开，可能没有下载完整，或者已经损坏。",
        "请重新下载或导出后再传；可以用 xlsx、xls、xlsb、csv 或装着它们的 zip。",
    )


def truncated(missing: str) -> FileRefused:
    """A channel's file without its end: a shorter day must not pass for a whole one."""
    return FileRefused(
        "truncated", f"文件不完整：末尾没有“{missing}”。", "请从原平台重新下载整个文件再传。"
    )


def empty() -> FileRefused:
    """Nothing in it."""
    return FileRefused("empty", "文件是空的。", "请确认导出时有数据，再重新上传。")


def no_table() -> FileRefused:
    """Text without columns."""
    return FileRefused("no_table", "文件里没有找到表格。", "请上传带表头的明细，例如 xlsx 或 csv。")


def too_large(what: str) -> FileRefused:
    """Bytes, rows or columns; ``what`` says the limit in Chinese."""
    return FileRefused("too_large", f"文件太大：{what}。", "请按日期分成几个文件上传。")


def too_many_rows() -> FileRefused:
    """More than Excel can hold."""
    return too_large(f"超过 {MAX_ROWS:,} 行")


def too_many_columns() -> FileRefused:
    """No statement has so many."""
    return too_large(f"超过 {MAX_COLUMNS} 列")


def bomb() -> FileRefused:
    """Unpacks to far more than it is."""
    return FileRefused(
        "bomb",
        "压缩内容展开后大得不正常，没有打开。",
        "请从原平台重新导出；不要上传来源不明的文件。",
    )


def password() -> FileRefused:
    """Encrypted as a whole."""
    return FileRefused("password", "文件设有打开密码。", "请在 Excel 里去掉密码，另存后再传。")


def macro() -> FileRefused:
    """Holds a program."""
    return FileRefused("macro", "文件里带有宏。", "请另存为不含宏的 xlsx 后再传。")


def entity() -> FileRefused:
    """XML that defines entities: no spreadsheet program writes it."""
    return FileRefused(
        "entity", "文件内含有不应出现的定义，没有打开。", "请用 Excel 打开后另存为 xlsx 再传。"
    )


def escape(name: str) -> FileRefused:
    """A zip whose member wants to lie outside."""
    return FileRefused(
        "zip_slip", f"压缩包里的文件名不正常：{name[:60]}。", "请重新打包，只放表格文件。"
    )


def nested(name: str) -> FileRefused:
    """An archive within a zip."""
    return FileRefused(
        "nested", f"压缩包里还有压缩包：{name[:60]}。", "请解开后把里面的文件直接上传。"
    )


def packer() -> FileRefused:
    """An archive that is no zip."""
    return FileRefused(
        "nested", "这是 zip 以外的压缩包，打不开。", "请解开后把里面的文件直接上传，或改压成 zip。"
    )


def no_member() -> FileRefused:
    """A zip without a table."""
    return FileRefused("no_member", "压缩包里没有表格文件。", "请确认压缩包的内容后再传。")


def xml_sheet() -> FileRefused:
    """Excel 2003's XML."""
    return FileRefused(
        "xml_sheet", "这是 Excel 2003 的 XML 表格。", "请用 Excel 打开后另存为 xlsx 再传。"
    )


def quotes(place: int) -> FileRefused:
    """A quotation mark that swallows lines: nobody knows where a row ends."""
    return FileRefused(
        "quotes",
        f"第 {place} 行附近的引号不成对，分不清行。",
        "请从原平台重新导出，或用 Excel 打开后另存为 xlsx 再传。",
    )


def long_cell(place: int, longest: int) -> FileRefused:
    """A cell that no statement has. The quotes are in pairs, so it is not a swallowed line."""
    return FileRefused(
        "long_cell",
        f"第 {place} 行附近有一个单元格超过 {longest:,} 个字符。",
        "请核对这一行，删去多余的内容后再传，或从原平台重新导出。",
    )


def wrong_bill(told: str, wanted: str) -> FileRefused:
    """Another kind of bill of the same channel."""
    return FileRefused("wrong_bill", f"这是{told}，不能用来对账。", f"请下载{wanted}后再传。")


def other_merchant(told: str, ours: str) -> FileRefused:
    """A bill of the right channel, but of somebody else's account."""
    return FileRefused(
        "other_merchant",
        f"这是商户 {told[:40]} 的账单，不是本校的（{ours}）。",
        "请登录本校的商户号下载账单；商户号换过的，请系统管理员改设置后再传。",
    )


def strange_unit(header: str) -> FileRefused:
    """An amount in units that are neither yuan nor fen."""
    return FileRefused("unit", f"“{header}”这一列的单位不是元。", "请换算成元后再传。")
