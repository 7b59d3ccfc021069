"""The operators' tools: schemas for editors, edits that touch every file concerned, and the manual's tables."""
