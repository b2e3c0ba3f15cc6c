"""The pages of operations: Salesforce connected, checked, read, healthy."""
