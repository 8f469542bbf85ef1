"""One call: its event log, its ears, its mouth, and the loop that joins them."""
