"""Why a file is not taken."""

from portal.lib.errors import DomainError

_REDO = "手机截图或拍照存成 JPG、PNG、HEIC，文档存成 PDF，再上传。"


def too_large(size: int, limit: int) -> DomainError:
    """``attachment.size``: over the limit in bytes."""
    mb = 1024 * 1024
    return _refused(
        "attachment.size",
        f"文件有 {size / mb:.1f} MB，超过了 {limit // mb} MB。",
        "把图片缩小，或者只截成绩那一部分。",
    )


def too_many(number: int, limit: int) -> DomainError:
    """``attachment.count``: more files than one application takes."""
    return _refused(
        "attachment.count",
        f"一份申请最多 {limit} 个附件，现在有 {number} 个。",
        "去掉几个再提交。",
    )


def too_often(limit: int) -> DomainError:
    """``attachment.often``: more files of one account in an hour than anybody has."""
    return DomainError(
        "attachment.often",
        f"一小时内最多交 {limit} 个附件，这次的没有收下。",
        advice="到下一个整点再交。",
        status=429,
    )


def empty() -> DomainError:
    """``attachment.empty``."""
    return _refused("attachment.empty", "这个文件是空的。", "换一个文件。")


def unknown_type() -> DomainError:
    """``attachment.type``: neither an image we know nor a PDF, whatever its name says."""
    return _refused("attachment.type", "这个文件不是图片或 PDF。", _REDO)


def unreadable() -> DomainError:
    """``attachment.broken``: begins like an image or a PDF and is none."""
    return _refused("attachment.broken", "这个文件打不开，内容不完整。", _REDO)


def too_many_pixels() -> DomainError:
    """``attachment.pixels``: a picture that would fill the memory when opened."""
    return _refused("attachment.pixels", "图片的尺寸太大。", "重新截一张成绩页面的图。")


def locked() -> DomainError:
    """``attachment.locked``: a PDF behind a password."""
    return _refused("attachment.locked", "这个 PDF 有密码。", "另存为没有密码的 PDF 再上传。")


def too_many_pages(pages: int, limit: int) -> DomainError:
    """``attachment.pages``."""
    return _refused(
        "attachment.pages",
        f"这个 PDF 有 {pages} 页，超过了 {limit} 页。",
        "只保留有成绩的几页。",
    )


def undrawable() -> DomainError:
    """``attachment.undrawable``: a PDF whose pages take too long, or cannot be drawn at all."""
    return _refused("attachment.undrawable", "这个 PDF 的页面画不出来，审核的人看不到。", _REDO)


def busy() -> DomainError:
    """``attachment.busy``: other PDFs are being drawn, for longer than anybody waits."""
    return _refused("attachment.busy", "正在处理别的 PDF，附件还没有收下。", "过一分钟再交。")


def infected(name: str) -> DomainError:
    """``attachment.virus``: what the scanner calls it."""
    return _refused("attachment.virus", f"查毒没有通过（{name}）。", "换一个文件。")


def unscanned() -> DomainError:
    """``attachment.unscanned``: the scanner does not answer; nothing unscanned is taken."""
    return _refused("attachment.unscanned", "查毒服务没有应答，附件还没有收下。", "过几分钟再交。")


def _refused(code: str, message: str, advice: str) -> DomainError:
    return DomainError(code, message, advice=advice, status=400)
