"""Bringing workflows from elsewhere."""
