"""Tools for those who write the flows: lint, typed and spoken rehearsals, diagrams."""
