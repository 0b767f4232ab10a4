"""Messages of the portal to a user; the in-portal channel that nobody can switch off."""

from django.conf import settings
from django.db import models

TITLE = 100  # characters
LINK = 200


class Message(models.Model):
    """One message. ``key`` makes "sent once" a fact of the database, not of luck."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="收件人")
    key = models.CharField("防重键", max_length=120)
    title = models.CharField("标题", max_length=TITLE)
    body = models.TextField("内容", blank=True)
    link = models.CharField("链接", max_length=LINK, blank=True)
    sent_at = models.DateTimeField("发送时间")
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ("-sent_at", "-id")
        constraints = [models.UniqueConstraint(fields=("user", "key"), name="message_sent_once")]
        indexes = [
            models.Index(
                fields=("user",), condition=models.Q(read_at__isnull=True), name="message_unread"
            )
        ]

    def __str__(self) -> str:
        return self.title
