"""Pages of paper for somebody to take along: words in rows, made a PDF that can be read aloud."""
