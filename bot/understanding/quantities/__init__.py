"""Times, ages, pain and lengths in words."""
