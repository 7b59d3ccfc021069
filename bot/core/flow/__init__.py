"""The way of a flow's files: text, places, shapes, draft, checks, `Flow`."""
