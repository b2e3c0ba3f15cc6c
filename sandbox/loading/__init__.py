"""Making an organisation from a Salesforce data export: one CSV per object, with API names as headers."""
