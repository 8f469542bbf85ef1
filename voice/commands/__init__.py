"""Groups of commands: `voice archive ...` and the like, one file a group."""
