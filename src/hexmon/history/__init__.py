"""What was: every colour change, with its text."""
