"""Components of the workload side: private network, registry, cluster, controller, publication."""
