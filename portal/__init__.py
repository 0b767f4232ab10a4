"""The academic affairs portal (学业服务): project package and the rooms every workflow shares."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
