"""Faults planted into a flow, to see who notices."""
