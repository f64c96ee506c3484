"""The documentation as text, whose reference is filled in from the code that is installed."""
