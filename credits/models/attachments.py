"""Files handed in with an application; never deleted, only replaced."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from credits.kinds import FileKind
from credits.models.applications import Application
from portal.records.models.checks import known


class Attachment(models.Model):
    """One file, cleaned and stored under a random name.

    ``drawn``: so many pages of a PDF lie beside it as pictures, see ``page_name``.

    ``sha256`` is that of the file as it was sent. ``bands`` are the four quarters of an image's
    perceptual hash, each with its place (place * 65536 + value): two images that differ in up to
    three bits share one. ``replaced_at``: a newer file stands in its place.
    """

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="attachments", verbose_name="申请"
    )
    file = models.FileField("文件", upload_to="credits/%Y/%m/", max_length=200)
    name = models.CharField("名称", max_length=40)
    kind = models.CharField("格式", max_length=4, choices=FileKind.choices())
    size = models.PositiveIntegerField("字节数")
    pages = models.PositiveSmallIntegerField("页数", default=1)
    drawn = models.PositiveSmallIntegerField("已画页数", default=0, db_default=0)
    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    look = models.CharField("感知哈希", max_length=16, blank=True)
    bands = ArrayField(
        models.IntegerField(), size=4, default=list, blank=True, verbose_name="感知哈希分段"
    )
    uploaded_at = models.DateTimeField("上传时间")
    replaced_at = models.DateTimeField("替换时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ("application", "id")
        indexes = [GinIndex(fields=["bands"], name="attachment_bands")]
        constraints = [
            known("kind", FileKind, "attachment_kind_known"),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    def page_name(self, number: int) -> str:
        """What the picture of a page (from 1) of a PDF is called in the storage."""
        return f"{self.file.name}.{number}.jpg"

    @property
    def picture(self) -> str:
        """What to look at in the storage to know it again."""
        return self.page_name(1) if self.drawn else str(self.file.name)

    @property
    def numbers(self) -> range:
        """The pages that can be looked at; none of a picture, which is looked at itself."""
        return range(1, self.drawn + 1)
