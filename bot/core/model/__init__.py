"""The values that everybody speaks of and that know nothing of each other's use."""
