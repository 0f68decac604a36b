"""What scanners say that nobody here wrote."""
