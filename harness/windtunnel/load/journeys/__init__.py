"""Journeys: a user's function makes several requests, with one outcome."""
