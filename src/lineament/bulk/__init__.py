"""Faces of millions of pictures: shards over worker processes or a Ray cluster, Parquet out."""
