"""Whether words are meant: denied, past, somebody else's, only thought of, an expression, or doubtful."""
