"""The panes: each takes requests, asks the desk, and fills its templates."""
