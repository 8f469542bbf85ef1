"""The back office: what the line may look up."""
