"""What no script has met, and scripts that would meet it."""
