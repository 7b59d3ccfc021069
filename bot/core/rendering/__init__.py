"""Ids -> words: what a patient sees."""
