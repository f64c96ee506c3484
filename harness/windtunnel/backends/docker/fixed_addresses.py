"""Leads services to each other by name where a compose file has fixed addresses.

A copy cannot have the file's subnets: another run, or the user's own stack, may have them. So
addresses of the file's services become names wherever they can be seen: in variables, commands,
`extra_hosts`, and files that are mounted one by one. Where only a folder is mounted they are told.
"""

import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from windtunnel.backends.docker.compose_file import ComposeFile, Service, hosts_of, variables_of

LARGEST = 2**20
"""Bytes of a mounted file that is looked into, at most: more is no configuration."""
MOST = 2000
"""Files of a mounted folder that are looked into, at most."""
PASSED_OVER = frozenset({"node_modules", "vendor", "__pycache__", "site-packages"})
DEFINES_THEM = re.compile(r"(docker-)?compose.*\.ya?ml|windtunnel\.toml")
"""The files in which the addresses are fixed."""


class FixedAddresses:
    """The addresses that a compose file fixes, and the names that take their place."""

    def __init__(self, compose_file: ComposeFile) -> None:
        self._owners = compose_file.fixed_addresses
        kinds = (
            _alternatives(self._owners, of_six=False),
            _alternatives(self._owners, of_six=True),
        )
        listed = "|".join(filter(None, kinds))
        self._found = re.compile(listed) if listed else None

    def __repr__(self) -> str:
        return f"<FixedAddresses of {', '.join(self._owners.values()) or 'no service'}>"

    def in_text(self, text: str) -> str:
        """Return a text with names in place of addresses."""
        if self._found is None:
            return text
        return self._found.sub(lambda match: self._owners[match[0].strip("[]")], text)

    def mentioned(self, text: str) -> list[str]:
        """Return the addresses in a text."""
        found = self._found.findall(text) if self._found else ()
        return list(dict.fromkeys(each.strip("[]") for each in found))

    def owner(self, address: str) -> str:
        """Return the service that has an address in the file."""
        return self._owners[address]

    def let_go(self, service: Service) -> None:
        """Take a service's own fixed addresses away, and let it reach the others by name."""
        networks = service.get("networks")
        for options in networks.values() if isinstance(networks, dict) else ():
            for key in ("ipv4_address", "ipv6_address"):
                (options or {}).pop(key, None)
        if not self._owners:
            return
        if service.get("environment"):
            service["environment"] = {
                name: self._named(value) for name, value in variables_of(service).items()
            }
        for key in ("command", "entrypoint"):
            value = service.get(key)
            if isinstance(value, list):
                service[key] = [self._named(part) for part in value]
            elif value:
                service[key] = self._named(value)
        if service.get("extra_hosts"):
            kept = [(host, to) for host, to in hosts_of(service) if to not in self._owners]
            service["extra_hosts"] = [f"{host}={to}" for host, to in kept]

    def _named(self, value: object) -> object:
        return self.in_text(value) if isinstance(value, str) else value

    def in_files(self, document: Mapping[str, Any], folder: Path) -> None:
        """Let services mount copies, in `folder`, of the files that mention an address."""
        if not self._owners:
            return
        for kind in ("configs", "secrets"):
            for name, made in (document.get(kind) or {}).items():
                if made.get("content"):
                    made["content"] = self.in_text(made["content"])
                if made.get("file"):
                    made["file"] = self._copy(made["file"], folder / kind / name)
        for name, service in document["services"].items():
            for number, mount in enumerate(_bind_mounts(service)):
                source = Path(mount["source"])
                if source.is_file():
                    mount["source"] = self._copy(mount["source"], folder / name / str(number))

    def _copy(self, source: str, copied: Path) -> str:
        """Return the path of a file, or of its copy where it mentions an address."""
        path = Path(source.replace("$$", "$"))
        text = _text(path)
        if not self.mentioned(text):
            return source
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_text(self.in_text(text), encoding="utf-8")
        shutil.copymode(path, copied)
        return str(copied).replace("$", "$$")


def _alternatives(addresses: Iterable[str], *, of_six: bool) -> str:
    """Return a pattern of the addresses of one kind; IPv6 may stand in brackets, as in a URL."""
    listed = "|".join(re.escape(each) for each in addresses if (":" in each) is of_six)
    if not listed:
        return ""
    if of_six:
        return rf"\[(?:{listed})\]|(?<![\w.:])(?:{listed})(?![\w.:])"
    return rf"(?<![\w.:])(?:{listed})(?![\w.])"


@dataclass(frozen=True, slots=True)
class Mention:
    """A fixed address in a file that is mounted with its folder, where nothing can replace it."""

    file: Path
    address: str
    service: str

    def __str__(self) -> str:
        return (
            f"{self.file} has the fixed address {self.address} of {self.service!r}, which the copy"
            " of the compose file does not have: expected the service's name"
        )


def mentions(addresses: FixedAddresses, service: Service) -> tuple[Mention, ...]:
    """Return the fixed addresses in the folders that a service mounts."""
    folders = [Path(each["source"]) for each in _bind_mounts(service)]
    return tuple(
        Mention(path, address, addresses.owner(address))
        for folder in folders
        if folder.is_dir()
        for path in _files(folder)
        for address in addresses.mentioned(_text(path))
    )


def _bind_mounts(service: Service) -> Iterable[dict[str, Any]]:
    """Yield the bind mounts of a service, as `compose config` writes them."""
    for mount in service.get("volumes") or ():
        if isinstance(mount, dict) and mount.get("type") == "bind" and mount.get("source"):
            yield mount


def _files(folder: Path) -> Iterator[Path]:
    left, seen = [folder], 0
    while left:
        try:
            entries = sorted(left.pop().iterdir())
        except OSError:
            continue  # not ours to read, as little as the service's
        for entry in entries:
            if entry.is_symlink() or DEFINES_THEM.fullmatch(entry.name):
                continue
            if entry.is_dir() and not entry.name.startswith(".") and entry.name not in PASSED_OVER:
                left.append(entry)
            elif entry.is_file():
                seen += 1
                if seen > MOST:
                    return
                yield entry


def _text(path: Path) -> str:
    """Return a file's text; "" where it is none, or too large for a configuration."""
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size <= LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""
