"""A Go service: its framework, and how it is started."""

import re
from pathlib import Path

from windtunnel.discovery.files import Text, read
from windtunnel.discovery.findings import Seen, ServiceStart

FRAMEWORKS = {
    "gin-gonic/gin": "Gin",
    "labstack/echo": "Echo",
    "go-chi/chi": "chi",
    "gofiber/fiber": "Fiber",
}
LISTENS = re.compile(r"(?:ListenAndServe|Listen|Run|Start)\(\s*\"[\w.]*:(?P<port>\d{2,5})\"")


def target(folder: Path, sources: tuple[Text, ...]) -> ServiceStart | None:
    """Return how the service is started; None where there is no go.mod."""
    text = read(folder, folder / "go.mod")
    if text is None:
        return None
    found = next(
        ((name, text.text.find(key)) for key, name in FRAMEWORKS.items() if key in text.text), None
    )
    framework = Seen(found[0], text.place(found[1])) if found else Seen("Go", "go.mod")
    main = next((each for each in sources if re.search(r"(?m)^func main\(\)", each.text)), None)
    package = "./" + str(Path(main.name).parent) if main and "/" in main.name else "."
    source = Seen("", main.name) if main else Seen("", guess="no func main() was found")
    takes_port = any('"PORT"' in each.text for each in sources)
    listens = next((hit for each in sources if (hit := LISTENS.search(each.text))), None)
    port = 0 if takes_port or listens is None else int(listens["port"])
    return ServiceStart(
        framework, ("go", "run", package), source, port, {"PORT": "{port}"} if takes_port else {}
    )
