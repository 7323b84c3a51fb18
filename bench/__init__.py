"""The load report: what hexmon reaches, side by side with the peers that are installed."""
