"""What a terminal says and asks: one module for each command, and what they share."""
