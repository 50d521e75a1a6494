"""Parts of faces: which pixels are skin, brows, eyes, nose, lips, hair and the rest."""
