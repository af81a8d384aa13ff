"""The send worker: claim, send, settle."""
