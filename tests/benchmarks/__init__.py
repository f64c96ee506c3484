"""Measurements behind the choices that the README states, each a command to repeat them."""
