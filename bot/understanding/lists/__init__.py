"""The word lists of a language as one frozen model, and how its files are read into it."""
