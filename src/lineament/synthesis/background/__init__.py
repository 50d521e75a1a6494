"""What is seen behind the person: photographs, drawn scenes, and the light that they give."""
