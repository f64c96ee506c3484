"""TCP: bytes of a protocol that is not known. Exchanges are its turns."""
