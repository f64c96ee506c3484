"""The sample's configuration for tests in a folder of their own, and sessions of any other."""

from dataclasses import replace
from pathlib import Path

from windtunnel.configuration import Configuration
from windtunnel.discovery import SAMPLE_FILE
from windtunnel.session import Session


def configure(folder: Path) -> Path:
    """Write the sample's configuration into a folder; return the file."""
    file = folder / "windtunnel.toml"
    file.write_text(SAMPLE_FILE.read_text(encoding="utf-8"), encoding="utf-8")
    return file


def session_of(configuration: Configuration, backend: str = "embedded") -> Session:
    """Return a session of a configuration that no file holds."""
    made = Session(directory=SAMPLE_FILE.parent, configuration=SAMPLE_FILE, backend=backend, seed=1)
    # The backend is the one that was asked for, whatever the file says.
    made._resolved = replace(made._resolved, configuration=configuration)
    return made
