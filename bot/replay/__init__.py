"""Conversations as tests: scripts, their runner, recorder and coverage."""
