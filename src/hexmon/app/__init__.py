"""Builds the parts, runs them together, reloads, stops: the only place that knows everything."""
