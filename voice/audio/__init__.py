"""Sound as data: samples, frames, rates, telephone companding, files."""
