"""A Salesforce organisation on your machine: a program of its own that imports nothing of the apps."""
