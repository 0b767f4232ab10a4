from django.apps import AppConfig


class TranscriptsConfig(AppConfig):
    """成绩单: the room is reserved in the house and the layers; it holds no page yet."""

    name = "transcripts"
    verbose_name = "成绩单"
