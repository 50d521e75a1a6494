"""A body below the neck and what it wears."""
