"""The docker backend: the same stack in containers, in networks that the run makes itself."""
