"""The verbs of consent: each holds its permission, validation, transaction and audit line."""
