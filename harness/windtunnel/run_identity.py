"""The marks by which everything that a run starts is known as its own."""

RUN_VARIABLE = "WINDTUNNEL_RUN"
"""In the environment of each program that the keeper starts: the run's id."""
KEEPER_VARIABLE = "WINDTUNNEL_KEEPER"
"""In the environment of the keeper itself: the id of the run that it keeps."""
OWNER_VARIABLE = "WINDTUNNEL_OWNER"
"""For a compose file of the user's own: the value of the label `OWNER_LABEL`."""
SEED_VARIABLE = "WINDTUNNEL_SEED"
"""For a compose file of the user's own: the seed of its tap."""
CONTROL_HOST_VARIABLE = "WINDTUNNEL_CONTROL_HOST"
"""For a compose file of the user's own: the loopback address to publish control ports at."""
RUN_VARIABLES = frozenset(
    {RUN_VARIABLE, KEEPER_VARIABLE, OWNER_VARIABLE, SEED_VARIABLE, CONTROL_HOST_VARIABLE}
)
"""All of them: they are no settings."""

RUN_LABEL = "windtunnel.run"
"""On containers, networks and volumes: the run's id."""
OWNER_LABEL = "windtunnel.owner"
"""On the same: who may remove them."""

PREFIX = "windtunnel-"
"""Begins the name of each folder, image, container and network of ours."""


def run_name(run: str) -> str:
    """Return the name of a run's compose project, with which the names of its parts begin."""
    return f"{PREFIX}{run}"


def folder_prefix(run: str) -> str:
    """Return what the name of the run's own folder begins with."""
    return f"{PREFIX}{run}-"


def run_of_folder(name: str) -> str:
    """Return the run in the name of a folder that `folder_prefix` began."""
    return name.removeprefix(PREFIX).rpartition("-")[0]
