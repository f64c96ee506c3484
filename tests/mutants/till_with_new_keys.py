"""It tries a charge again with a key of its own: the payment takes it for another one."""

import uuid

from tests.mutants.till import Till, serve


class NewKeys(Till):
    """Makes a key for each attempt."""

    def key_for(self, key: str) -> str:
        return uuid.uuid4().hex


if __name__ == "__main__":
    serve(NewKeys)
