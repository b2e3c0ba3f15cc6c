"""Writing to Salesforce: intents in the outbox, compared with what is there, and then no more than was meant."""
