"""The back office: what the line may look up and write down."""
