"""What the house does by itself to stay well."""
