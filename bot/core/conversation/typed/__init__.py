"""Typed words, from any state to an answer."""
