"""The deployed system as one model, and its loaders."""
