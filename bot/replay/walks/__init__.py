"""Random walks through a flow."""
