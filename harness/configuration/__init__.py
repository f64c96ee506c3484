"""What a user says of their service: validated, each mistake one line that names its place."""

from harness.configuration.loading import Loaded, load, parse, resolve
from harness.configuration.models import Configuration, Criteria, Dependency, Docker, WrittenFile
from harness.configuration.sample import SAMPLE

__all__ = [
    "SAMPLE",
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
