"""The backends that can run a stack: embedded, local and docker."""
