"""Augmentation of pictures with their points and masks, one way for every task."""
