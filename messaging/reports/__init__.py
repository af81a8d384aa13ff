"""What came of it: figures, signs, evidence, and what happened to one person."""
