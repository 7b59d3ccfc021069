"""What can be done once the advice stands: asking about something, being asked how it goes, saying that it felt wrong."""
