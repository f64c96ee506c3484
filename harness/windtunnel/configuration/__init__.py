"""What a user says of their service: validated, each mistake one line that names its place."""

from windtunnel.configuration.models import Configuration, Criteria, Dependency, Docker
from windtunnel.configuration.preparation_settings import PreparationStep, StatePreparation
from windtunnel.configuration.program_settings import ProgramSettings, Readiness, WrittenFile
from windtunnel.configuration.resolution import Loaded, load, parse, resolve

__all__ = [
    "Configuration",
    "Criteria",
    "Dependency",
    "Docker",
    "Loaded",
    "PreparationStep",
    "ProgramSettings",
    "Readiness",
    "StatePreparation",
    "WrittenFile",
    "load",
    "parse",
    "resolve",
]
