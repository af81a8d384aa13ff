"""A simulated carrier: Twilio's REST and signed webhooks over HTTP, with phones in the browser.

A process of its own (`python -m messaging.simulator`) that shares nothing with the product but the wire,
so that the same client and the same webhooks run in the demo, in tests and in production.
What it imitates, and where it is simpler than Twilio, is written in docs/simulator.md.
"""
