"""Requests as values: what is sent, with placeholders that a seed fills."""
