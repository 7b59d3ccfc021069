"""What a message says to the screen that is open: options by their words and places, denials, yes and no."""
