"""Questions to the deployed system: where does a request go, and why does it stop."""
