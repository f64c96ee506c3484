"""A conformance report for a person or a program: one form, one file."""
