"""The load engine: sends requests to the target and records each answer as the caller saw it."""
