"""What a round would do before it is published: who is in, who is out and why, what it earns.

Pure: ``plan``, ``lines``, ``tally``, ``words``. ``gather`` reads the record, ``job`` works a large
college off in the background. Nothing here writes to the round, the record or money.
"""
