"""The two arms of a comparison as programs to start: of work trees, of images, or of this tree."""

from collections.abc import Collection
from dataclasses import dataclass

from windtunnel.address import Address
from windtunnel.backends.backend_contract import CONFIGURED, Program
from windtunnel.errors import ConfigurationError
from windtunnel.owned_hosts import owned_address
from windtunnel.paired.environments import cache_folder, python_for, search_path
from windtunnel.paired.revisions import Tree

SHOWN = 5
"""How many missing files a sentence names."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One version of the target: what is started, and under which name it is reported."""

    name: str
    program: Program = CONFIGURED
    environment: tuple[tuple[str, str], ...] = ()
    commit: str = ""
    lacks: tuple[str, ...] = ()
    """What its work tree lacks of the project's files, because git ignores them."""

    @property
    def note(self) -> str:
        """One sentence on what it lacks; empty where it lacks nothing."""
        if not self.lacks:
            return ""
        names = ", ".join(self.lacks[:SHOWN])
        more = f" and {len(self.lacks) - SHOWN} more" if len(self.lacks) > SHOWN else ""
        return f"{self.name}: its work tree lacks what git ignores: {names}{more}"


def of_tree(tree: Tree, *, same_python: bool, install: str) -> Arm:
    """Return the arm that runs a work tree's code; StartError where its environment cannot be."""
    python = "" if same_python else python_for(tree.directory, install, cache_folder())
    return Arm(
        tree.name,
        Program(directory=str(tree.directory), python=python),
        (("PYTHONPATH", search_path(tree.directory)),),
        tree.commit,
        tree.lacks,
    )


def of_image(image: str) -> Arm:
    """Return the arm that runs a container of an image."""
    return Arm(image, Program(image=image))


def address_of(url: str, option: str, owned: Collection[str] = ()) -> Address:
    """Return the address in a URL such as "http://127.0.0.1:8080"; ConfigurationError.

    `owned` are the hosts beyond this machine that may be sent to.
    """
    place = url.removeprefix("http://").rstrip("/")
    host, _, port = place.rpartition(":")
    if not url.startswith("http://") or "/" in place or not host or not port.isdigit():
        raise ConfigurationError(f"{option}={url}: expected a URL such as http://127.0.0.1:8080")
    return owned_address(Address.parse(place), owned, f"{option}={url}")
