"""`python -m privatelink_ingress` is `privatelink-ingress`."""

import sys

try:
    from privatelink_ingress.cli import main

    main()
except KeyboardInterrupt:  # while the first modules were imported
    sys.exit(130)
