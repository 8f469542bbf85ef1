"""Personal data in what was said: where it stands in text and in sound, and how it is masked. No I/O."""
