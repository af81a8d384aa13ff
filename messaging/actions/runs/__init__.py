"""From a launched message to rows that wait in the outbox."""
