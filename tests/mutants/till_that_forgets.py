"""It accepts each order, whether it could be charged or not, and tries it never again."""

from tests.mutants.till import Till, serve


class Forgetful(Till):
    """Says that every order is charged."""

    def charge(self, order: str) -> bool:
        super().charge(order)
        return True


if __name__ == "__main__":
    serve(Forgetful)
