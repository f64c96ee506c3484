"""Toxics that act on one direction of a connection, one a file: Toxiproxy's own, and ours."""
