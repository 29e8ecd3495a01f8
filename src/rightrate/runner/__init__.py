"""Drives a race over an engine's session: the loop between `ask` and `tell`."""
