"""Liniya: a Russian voice line for government services."""

__version__ = "0.1.0"
