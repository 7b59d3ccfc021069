"""From a chat to a script."""
