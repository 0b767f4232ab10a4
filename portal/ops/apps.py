from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class OpsConfig(AppConfig):
    name = "portal.ops"
    verbose_name = "运行"

    def ready(self) -> None:
        from portal.ops import jobs  # noqa: F401, PLC0415 -- connects to Celery's signals

        Path(settings.METRICS_DIR).mkdir(parents=True, exist_ok=True)
