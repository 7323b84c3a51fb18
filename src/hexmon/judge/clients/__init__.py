"""Agents' messages become squares, by the rules of analysis.cfg."""
