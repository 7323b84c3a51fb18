"""Questions to the board: which list guards each, and who answers it."""
