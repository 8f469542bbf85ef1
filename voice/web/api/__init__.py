"""/api/v1: everything of the archive and the reviewers' desk, for programs."""
