"""Whom a message meets: who gets it and why, in how many parts, at what cost."""
