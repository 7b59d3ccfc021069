"""Scripts through the real channel, against the double."""
