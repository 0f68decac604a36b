"""What a connection answers to: routes, the listener rules they become, and conflicts between them."""
