"""What no room can test alone: every address as every role, layers, refusals, journeys.

``addresses`` and ``desk_addresses`` name every address and who may open it; a new one that is not
listed fails. ``browser`` drives a running portal with Chromium, a student to each journey.
"""
