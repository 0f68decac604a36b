"""What `preflight` judges before a stack is deployed: what its program registers, against its account."""
