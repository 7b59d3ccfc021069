"""What serving needs whatever the channel: commits in groups, delivery, chores, start and stop."""
