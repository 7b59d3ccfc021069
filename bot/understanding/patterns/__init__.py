"""The patterns of the word lists: read, compiled, and matched over the words of a text."""
