"""The fixed small network that judges the engine by what it learns from rendered faces alone."""
