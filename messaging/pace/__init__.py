"""How fast a sender may go, and whose turn it is."""
