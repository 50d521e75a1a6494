"""Hair of the head, beards and moustaches."""
