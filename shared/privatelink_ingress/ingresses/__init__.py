"""Ingress manifests: what the API server accepts, and what the controller of a workload serves behind the edge."""
