"""How many conversations there are, which can be reached, and which answer would change the level."""
