"""Messages: written once in the transaction that caused them, handed on outside of it.

``services.send`` is all a workflow calls. A note's key makes it once for its user, however often
it is sent. ``handing`` makes letters of messages, ``posting`` hands letters over by lease,
``night`` keeps phones quiet, ``channels`` holds a module a way out behind one Protocol. Who is to
be reached where is asked of the rooms that ``settings`` names: this one knows no students.
"""
