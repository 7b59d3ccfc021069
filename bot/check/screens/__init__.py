"""Whether every screen of a flow fits a phone."""
