"""The HTTP API and its web page (extra `server`)."""
