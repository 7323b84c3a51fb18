"""How messages reach the board: the protocol of port 1984."""
