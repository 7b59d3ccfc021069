"""Where a database lies: its address, who owns its file, its copies and backups."""
