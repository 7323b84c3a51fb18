"""Figures over time: data sets of every kind, the RRD files that keep them, and their pictures."""
