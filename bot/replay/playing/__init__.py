"""Playing a script: what a patient sees and presses, step by step, in any way."""
