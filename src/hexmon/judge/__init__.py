"""Facts to colours, pure."""
