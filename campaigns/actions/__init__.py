"""The verbs of campaigns: each holds its permission, validation, transaction and audit line."""
