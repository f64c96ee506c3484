"""The JSON schema of a configuration, for editors: `windtunnel config --schema` prints it."""

import json
from pathlib import Path

from windtunnel.configuration.models import Configuration

PUBLISHED = Path(__file__).with_name("schema.json")
"""The copy that comes with the package."""


def text() -> str:
    """Return the schema as JSON."""
    schema = Configuration.model_json_schema(mode="validation")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "of windtunnel.toml, and of [tool.windtunnel] in pyproject.toml",
    }
    return json.dumps(head | schema, indent=2) + "\n"
