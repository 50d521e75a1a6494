"""The `lineament` command, one file for each of its commands."""
