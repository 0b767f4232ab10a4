"""Messages to a user, whose inbox nobody can switch off, and what leaves the portal of them."""

from django.conf import settings
from django.db import models

from portal.inbox.states import LETTER_MOVES, LETTER_STARTS, LetterState
from portal.lib.workflow import one_of, triggers

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
    # Have letters been written for it? Not as it is sent: the opening minute has no time for that.
    handed_out = models.BooleanField("已转发", default=False, db_default=False)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ("-sent_at", "-id")
        constraints = [models.UniqueConstraint(fields=("user", "key"), name="message_sent_once")]
        indexes = [
            models.Index(
                fields=("user",), condition=models.Q(read_at__isnull=True), name="message_unread"
            ),
            models.Index(
                fields=("sent_at",),
                condition=models.Q(handed_out=False),
                name="message_to_hand_out",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MailChoice(models.Model):
    """Whether somebody wants e-mail too; without a row he does. The inbox has no switch."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="收件人")
    wanted = models.BooleanField("收邮件", default=True)
    changed_at = models.DateTimeField("选择时间")

    class Meta:
        verbose_name = verbose_name_plural = "邮件选择"


class Letter(models.Model):
    """Messages that leave together by one channel for one reader.

    ``begun_at`` is written just before the channel is spoken to, so that a worker that dies
    leaves behind which letter may have gone out.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="收件人")
    channel = models.CharField("渠道", max_length=20)
    address = models.CharField("地址", max_length=254)
    state = models.CharField(
        "状态",
        max_length=8,
        choices=LetterState.choices(),
        default=LetterState.WAITING.value,
    )
    written_at = models.DateTimeField("生成时间")
    next_try_at = models.DateTimeField("下次尝试")
    tries = models.PositiveSmallIntegerField("尝试次数", default=0)
    begun_at = models.DateTimeField("交出时间", null=True, blank=True)
    ended_at = models.DateTimeField("完成时间", null=True, blank=True)
    failure = models.CharField("原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "对外消息"
        ordering = ("-id",)
        constraints = [one_of("state", LetterState, "letter_state_known")]
        triggers = triggers("state", LETTER_MOVES, LETTER_STARTS)
        indexes = [
            models.Index(
                fields=("channel", "next_try_at"),
                condition=models.Q(state=LetterState.WAITING.value),
                name="letter_due",
            )
        ]

    def __str__(self) -> str:
        return f"第 {self.pk} 封"


class Enclosure(models.Model):
    """A message in a letter: each goes out once by a channel."""

    letter = models.ForeignKey(
        Letter, models.CASCADE, related_name="enclosures", verbose_name="信件"
    )
    message = models.ForeignKey(Message, models.CASCADE, db_index=False, verbose_name="消息")
    channel = models.CharField("渠道", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "对外消息内容"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("message", "channel"), name="message_out_once")
        ]

    def __str__(self) -> str:
        return self.message.title
