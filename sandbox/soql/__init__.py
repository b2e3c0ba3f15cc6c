"""Salesforce's query language: parsed by a grammar, compiled to SQL over the organisation's file."""
