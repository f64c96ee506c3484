"""The one way in which a dependency's client fails."""


class DependencyError(Exception):
    """A dependency refused, reset, timed out, or answered with an error or nonsense."""
