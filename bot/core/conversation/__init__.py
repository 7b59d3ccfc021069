"""One event handled: `step`, the turn, what it asks and what it does."""
