"""Study definitions that come with the project."""
