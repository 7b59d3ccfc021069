"""Where sessions, updates and messages are kept."""
