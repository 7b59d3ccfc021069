"""Broken rules that no script notices."""
