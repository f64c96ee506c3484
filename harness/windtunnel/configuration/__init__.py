"""What a user says of their service: validated, each mistake one line that names its place."""

from windtunnel.configuration.loading import Loaded, load, parse, resolve
from windtunnel.configuration.models import Configuration, Criteria, Dependency, Docker, WrittenFile

__all__ = [
    "Configuration",
    "Criteria",
    "Dependency",
    "Docker",
    "Loaded",
    "WrittenFile",
    "load",
    "parse",
    "resolve",
]
