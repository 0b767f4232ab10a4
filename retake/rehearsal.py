"""What a round would do before it is published: who is in, who is out and why, and what it earns."""
