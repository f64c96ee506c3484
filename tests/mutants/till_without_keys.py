"""It tries a charge again, and no key says that it is the same one."""

from tests.mutants.till import Till, serve


class Keyless(Till):
    """Sends no keys."""

    def key_for(self, key: str) -> str:
        return ""


if __name__ == "__main__":
    serve(Keyless)
