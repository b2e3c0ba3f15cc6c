"""Telling of target accounts that nobody works (M18, R126): the owner, then their manager, once each idle stretch."""
