"""Stack files as text: reading, editing and writing them."""
