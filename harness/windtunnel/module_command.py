"""The command of a module of windtunnel's that runs as a process of its own."""

import sys


def module_command(module: str, *arguments: str) -> tuple[str, ...]:
    """Return the command that runs `module` with these arguments, in whatever folder it starts.

    Without -P, Python looks for modules in that folder first. It is the user's, and a `psutil.py`
    or a folder `docker` there would be imported instead of the package of that name.
    """
    return (sys.executable, "-P", "-m", module, *arguments)
