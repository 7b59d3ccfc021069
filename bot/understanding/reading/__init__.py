"""The parts of the reader of one language: each reads one kind of thing in a text."""
