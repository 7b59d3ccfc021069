"""Proof and inspection of flows: structure, evidence, exploration, z3."""
