"""EKS as AWS behaves."""
