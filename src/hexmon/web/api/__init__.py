"""What programs ask for, as JSON, below /api/v1/."""
