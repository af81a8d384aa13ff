"""The verbs of messaging: each holds its permission, validation, transaction and audit line."""
