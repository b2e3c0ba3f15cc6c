"""The demo: a Salesforce organisation on this machine, and the app at work on it."""
