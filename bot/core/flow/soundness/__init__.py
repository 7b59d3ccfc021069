"""Checks without which a flow cannot run."""
