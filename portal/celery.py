"""The Celery application; apps use ``@shared_task`` and never import this module."""

import os
from logging.config import dictConfig

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal", task_cls="portal.lib.tasks:PlacedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _as_the_web_does(**_: object) -> None:
    """Worker and beat write the same lines; connected, Celery keeps its own handlers."""
    dictConfig(settings.LOGGING)
