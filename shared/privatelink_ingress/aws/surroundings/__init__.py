"""Reads from AWS what `doctor` judges beside the path of a request."""
