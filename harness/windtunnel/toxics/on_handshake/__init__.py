"""Toxics that act on TLS handshakes, one a file."""
