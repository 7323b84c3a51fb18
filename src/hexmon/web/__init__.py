"""Pages and live updates for people, endpoints for programs."""
