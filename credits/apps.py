from django.apps import AppConfig


class CreditsConfig(AppConfig):
    """学分兑换: the room is reserved in the house and the layers; it holds no page yet."""

    name = "credits"
    verbose_name = "学分兑换"
