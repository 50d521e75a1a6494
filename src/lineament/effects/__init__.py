"""What people do with faces that were found: hide them, cut them out, blur what is behind."""
