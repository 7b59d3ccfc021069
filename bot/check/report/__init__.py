"""What `check` and `diff` print, and the scripts that they write."""
