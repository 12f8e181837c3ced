"""Stands where NexRL's package stands in its image; only what the bridge imports."""
