"""`python -m privatelink_ingress` is `privatelink-ingress`."""

from privatelink_ingress.cli import main

main()
