"""What people type, read by rules and word lists: candidate facts and signs."""
