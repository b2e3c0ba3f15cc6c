"""Telling people what concerns them: decided as a notice, rung in the app, and sent by the channels they chose."""
