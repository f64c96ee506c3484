"""How each form of fault is applied and undone: one form, one file. A backend lists its own."""
