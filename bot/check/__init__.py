"""Proof and inspection of flows: structure, evidence, z3."""
