"""The connection with one Salesforce organisation: how it is made, kept secret, renewed and ended."""
