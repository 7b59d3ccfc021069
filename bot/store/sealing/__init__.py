"""What makes the database unreadable without the key file: keys, sealing, key changes, what was erased."""
