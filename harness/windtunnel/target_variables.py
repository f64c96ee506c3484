"""Variables that a test sets for its target: refused where no program can have them."""

from windtunnel.errors import ConfigurationError, shown


def variable(name: str, value: object) -> tuple[str, str]:
    """Return a variable's name and its text; ConfigurationError where no program can have it."""
    if not name or "=" in name or not _is_held(name):
        raise ConfigurationError(f"variable {shown(name)}: expected a name without = or NUL")
    try:
        text = str(value)
    except ValueError:  # an int of thousands of digits
        text = "\0"
    if not _is_held(text):
        raise ConfigurationError(f"{name}={shown(value)}: expected text in UTF-8 without a NUL")
    return name, text


def _is_held(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return "\0" not in text
