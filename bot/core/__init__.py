"""The pure core: what a flow is, and what one event does to one session. No I/O, clock, randomness or logging."""
