"""A batch of updates: one load, the pure steps, one commit."""
