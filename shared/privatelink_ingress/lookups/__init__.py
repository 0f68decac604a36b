"""What a program awaits before it plans."""
