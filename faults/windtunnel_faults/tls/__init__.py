"""Faults of TLS handshakes."""
