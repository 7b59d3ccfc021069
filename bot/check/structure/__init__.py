"""What is wrong with a flow without looking at all answers."""
