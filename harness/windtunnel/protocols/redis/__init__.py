"""Redis: commands and replies."""
