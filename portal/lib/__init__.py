"""What every room may use: one module a noun, none with models, none that knows a room.

A refusal is an ``errors.DomainError``, whoever raises it, and ``middleware`` makes a page of it.
``workflow`` reads a state machine from one table for the service and for the triggers of the
database; ``prepared`` compiles the statements of the busy pages once. ``tables`` loads a
spreadsheet into a model, ``sheets`` and ``streamed`` write one. Rules may import ``errors``,
``kinds``, ``labels`` and ``masking``, which are pure; ``testing`` is for tests of several rooms.
"""
