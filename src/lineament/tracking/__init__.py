"""Faces of a video: who is who from frame to frame, and points that do not tremble."""
