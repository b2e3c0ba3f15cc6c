"""The organisation over HTTP, as its API clients meet it."""
