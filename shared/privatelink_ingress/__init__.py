"""Central ingress for private EKS clusters over AWS PrivateLink."""
