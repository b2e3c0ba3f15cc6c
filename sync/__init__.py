"""Salesforce in and out: the mirror and how it is kept."""
