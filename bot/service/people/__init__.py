"""What became of people, by question and version, from counters alone; small counts are hidden."""
