"""Which changes of the code the tests notice: `python -m tests.mutation --help`."""
