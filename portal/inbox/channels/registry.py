"""The channels this installation has."""

from django.conf import settings
from django.utils.module_loading import import_string

from portal.inbox.channels.base import Channel


def channels() -> dict[str, Channel]:
    """Name → channel, as ``settings.MESSAGE_CHANNELS`` lists them.

    New ones each time: a connection is not shared between threads. None is open before a post.
    """
    return {name: import_string(path)() for name, path in settings.MESSAGE_CHANNELS.items()}
