"""A chat with the flow as it stands on disk, in memory: nothing of it is stored."""
