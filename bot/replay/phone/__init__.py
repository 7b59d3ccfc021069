"""Scripts drawn as a phone shows them."""
