"""What people type -> candidate facts: signs, answers, what is unclear and what was rejected. Rules and word lists only."""

from .reader import make_reader

__all__ = ["make_reader"]
