"""Which channels this installation has: setting ``GATEWAYS``, channel -> dotted path.

A channel's module, and with it the optional package it needs, is imported here and nowhere else.
"""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from payments.gateways.base import Gateway
from payments.gateways.removed import Removed


@cache
def gateway(channel: str) -> Gateway:
    """The gateway of a channel, built once so that its connections are kept.

    Of a channel that is not configured any more there are still orders: it is silent. After
    changing the settings of a running process (tests do) call ``gateway.cache_clear()``.
    """
    if channel not in settings.GATEWAYS:
        return Removed(channel)
    built: Gateway = import_string(settings.GATEWAYS[channel]).from_settings()
    return built
