"""What a user says of their service: validated, each mistake one line that names its place."""

from windtunnel.configuration.models import Configuration, Criteria, Dependency, Docker, WrittenFile
from windtunnel.configuration.preparation_settings import PreparationStep, StatePreparation
from windtunnel.configuration.resolution import Loaded, load, parse, resolve

__all__ = [
    "Configuration",
    "Criteria",
    "Dependency",
    "Docker",
    "Loaded",
    "PreparationStep",
    "StatePreparation",
    "WrittenFile",
    "load",
    "parse",
    "resolve",
]
