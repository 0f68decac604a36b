"""What `doctor` judges beside the requests that it follows: AWS against the stack files, one subject to a module."""
