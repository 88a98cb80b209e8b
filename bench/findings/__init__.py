"""Small inputs that once went wrong, and what should come instead."""
