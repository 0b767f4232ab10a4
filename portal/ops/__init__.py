"""What the people who run the portal look at: probes, metrics, backups, the beat's lease."""
