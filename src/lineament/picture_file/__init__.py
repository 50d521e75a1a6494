"""What a picture file says about itself, read from its bytes before any decoding."""
