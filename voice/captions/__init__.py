"""The stream of a call as text to read."""
