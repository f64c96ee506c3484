"""A Spring Boot service: how it is started, and the variables that come before its properties."""

import re
from collections.abc import Iterator
from pathlib import Path

from windtunnel.discovery.file_values import values_of
from windtunnel.discovery.files import Text, read
from windtunnel.discovery.findings import Seen, ServiceStart, Variable
from windtunnel.discovery.interpolation import Interpolation

BUILDS = ("pom.xml", "build.gradle", "build.gradle.kts")
_RESOURCES = "src/main/resources"
_FILES = tuple(
    f"{folder}application{profile}.{end}"
    for profile in ("", "-default", "-dev", "-local")
    for folder in (f"{_RESOURCES}/", "", "config/", f"{_RESOURCES}/config/")
    for end in ("properties", "yml", "yaml")
)
_WHOLE = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9_]*)(?::(?P<default>.*))?\}")
_PART = re.compile(r"\$\{(?P<name>[\w.-]+)(?::(?P<default>[^${}]*))?\}")


def target(folder: Path, _: tuple[Text, ...]) -> ServiceStart | None:
    """Return how the service is started; None where it is no Spring Boot."""
    for name in BUILDS:
        text = read(folder, folder / name)
        if text is None or "org.springframework.boot" not in text.text:
            continue
        gradle = name != "pom.xml"
        wrapper = "gradlew" if gradle else "mvnw"
        program = f"./{wrapper}" if (folder / wrapper).is_file() else "gradle" if gradle else "mvn"
        command = (program, "bootRun") if gradle else (program, "-q", "spring-boot:run")
        place = text.place(text.text.find("org.springframework.boot"))
        environment = {"SERVER_PORT": "{port}", "SERVER_ADDRESS": "{host}"}
        return ServiceStart(
            Seen("Spring Boot", place), command, Seen("", name), environment=environment
        )
    return None


def health(folder: Path) -> Seen | None:
    """Return the path of the actuator's health; None where there is none."""
    for name in BUILDS:
        text = read(folder, folder / name)
        if text is not None and (at := text.text.find("spring-boot-starter-actuator")) >= 0:
            why = f"the actuator ({text.place(at)}), which asks dependencies too unless told not to"
            return Seen("/actuator/health", guess=why)
    return None


def variables(folder: Path) -> Iterator[Variable]:
    """Yield the variables that come before the properties.

    That of spring.data.redis.host is SPRING_DATA_REDIS_HOST.
    """
    for name in _FILES:
        text = read(folder, folder / name)
        for each in values_of(text) if text else ():
            assert text is not None  # noqa: S101 - else it has no values
            place = text.place(each.start)
            if whole := _WHOLE.fullmatch(each.value):
                yield Variable(whole["name"], whole["default"] or "", place)
            elif "${" in each.value:
                yield from _parts(each.value, place)
                yield Variable(each.name, _filled(each.value), place)
            else:
                yield Variable(each.name, each.value, place)


def _parts(value: str, place: str) -> Iterator[Variable]:
    for part in _PART.finditer(value):
        if part["name"].isupper():
            yield Variable(part["name"], part["default"] or "", place)


def _filled(value: str) -> str:
    """Return a value whose names have their defaults."""
    plain = _PART.sub(lambda part: f"${{X:-{part['default'] or ''}}}", value)
    return Interpolation({}).filled(plain)
