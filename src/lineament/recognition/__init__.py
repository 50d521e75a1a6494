"""Recognition: whether two pictures show one person, by embeddings of aligned crops."""
