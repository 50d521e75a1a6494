"""Face perception that people can own."""
