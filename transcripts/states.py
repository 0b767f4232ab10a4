"""How a transcript was checked."""

from django.db.models import TextChoices


class CheckWay(TextChoices):
    """Nobody is recorded with it: the checker stays anonymous."""

    PAGE = "page", "扫码或输入校验码"
    SAME = "same", "上传文件，内容一致"
    DIFFERENT = "different", "上传文件，内容不同"
