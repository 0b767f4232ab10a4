"""Stand-ins for the other ends of the channels, on local ports."""
