"""Toxics that act on new connections, one a file."""
