"""A mail server and a Slack webhook for development: they keep what they get, deliver nothing, and show it."""
