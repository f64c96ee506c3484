"""The image of the tap that is added to a compose file: the installed proxy, nothing more."""

import hashlib
import shutil
from importlib.metadata import version
from pathlib import Path

import windtunnel
import windtunnel_faults
from windtunnel.ports import CONTROL_PORT
from windtunnel.run_identity import PREFIX

PARTS = (
    "__init__.py",
    "address.py",
    "client_certificate.py",
    "errors.py",
    "event_loop.py",
    "limited_files.py",
    "malformed_requests.py",
    "ports.py",
    "target_tls.py",
    "protocols",
    "proxy",
    "records",
    "timers.py",
    "toxics",
)
"""What the proxy is made of, in the package."""
REQUIREMENTS = (
    "aiohttp",
    "click",
    "cryptography",
    "httptools",
    "msgspec",
    "prometheus-client",
    "trustme",
    "uvloop",
)
DOCKERFILE = """\
FROM {base}
RUN python3 -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
COPY requirements.txt /build/
RUN pip install --no-cache-dir --disable-pip-version-check --requirement /build/requirements.txt
WORKDIR /app
COPY windtunnel windtunnel
COPY windtunnel_faults windtunnel_faults
RUN python -m compileall -q windtunnel windtunnel_faults
"""


def write_context(folder: Path, base: str) -> str:
    """Write what the image is built from into a new folder; return the image's name.

    The name follows from the content, so that an image is built once for each.
    """
    package = Path(windtunnel.__file__).parent
    (folder / "windtunnel").mkdir(parents=True)
    for part in PARTS:
        if (package / part).is_dir():
            _copy(package / part, folder / "windtunnel" / part)
        else:
            shutil.copy(package / part, folder / "windtunnel" / part)
    _copy(Path(windtunnel_faults.__file__).parent, folder / "windtunnel_faults")
    pinned = "".join(f"{name}=={version(name)}\n" for name in REQUIREMENTS)
    (folder / "requirements.txt").write_text(pinned)
    (folder / "Dockerfile").write_text(DOCKERFILE.format(base=base))
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return f"{PREFIX}proxy:{digest.hexdigest()[:16]}"


def _copy(source: Path, destination: Path) -> None:
    shutil.copytree(source, destination, ignore=shutil.ignore_patterns("__pycache__"))


def service(image: str, context: Path | None, seed: int) -> dict[str, object]:
    """Return the tap's service; `context` where its image has to be built."""
    build = {"build": {"context": str(context)}} if context else {}
    command = ["python", "-m", "windtunnel.proxy", "--host", "0.0.0.0", "--open"]  # noqa: S104 - in networks of the run's own
    return {
        "image": image,
        **build,
        "command": [*command, "--port", str(CONTROL_PORT), "--seed", str(seed)],
        # To see refused connections as packets, and to delay its network; both need root here.
        "user": "root",
        "cap_add": ["NET_RAW", "NET_ADMIN"],
        # No healthcheck: its control port is asked from here, and says when it is ready.
    }
