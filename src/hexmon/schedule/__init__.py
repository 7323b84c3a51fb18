"""What is due and when, and the loop that runs it."""
