"""Components of the edge side: internet VPC, load balancer, certificates, firewall, logs, connections."""
