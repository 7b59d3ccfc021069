"""What makes data files of the word lists, run by hand now and then; nothing here runs in the bot."""
