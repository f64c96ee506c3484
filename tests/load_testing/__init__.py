"""The parts of tests/load_test.py."""
