"""The commands, as Typer declares them."""
