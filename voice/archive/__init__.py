"""Calls kept: sound, words, events, traces."""
