"""Runs in the environment of a Python peer, which has that peer and NumPy."""
