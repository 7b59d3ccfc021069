"""Proofs over all answers; the only folder that imports z3."""
