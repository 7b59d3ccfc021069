"""What a clinician reads and signs."""
