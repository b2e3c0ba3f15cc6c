"""The organisation itself: its objects, its rows in one file, and what Salesforce does when a row changes."""
