"""Pictures with many heads: cut-outs rendered once, and groups composed of them."""
